import AgBase
package import AgModel
import AgSQL

/// How far the upload of a grant is.
package struct ResumableState: Sendable {
    package enum Word: String, Sendable, CaseIterable {
        /// Nothing was sent yet.
        case open
        case receiving
        /// Its picture is in the library.
        case done
        /// It takes no more bytes: too late, ended with its maker, or refused too often.
        case expired
    }

    package let grant: UploadGrant
    package let word: Word
    /// All before this is on the disk.
    package let offset: Int64
    /// As the client announced it.
    package let length: Int64?
    package let imageID: ImageID?
    package let isNew: Bool?
}

extension ResumableState {
    /// - Parameter isUsable: whether the grant still takes bytes, apart from its being used.
    init(_ grant: UploadGrant, isUsable: Bool, in connection: any SQLConnection) throws {
        let row = try connection.first(
            "SELECT byte_count, image_id, made_image FROM upload_grants WHERE id = \(grant.id)"
        ) { (length: try $0[0] as Int64?, image: try $0[1] as String?, isNew: try $0[2] as Bool?) }
        let end = try UploadPart.all(of: grant.id, in: connection).last?.end ?? 0
        let isDone = grant.usedAt != nil
        self.grant = grant
        length = row?.length
        imageID = row?.image.map { ImageID(trusted: $0) }
        isNew = row?.isNew
        offset = isDone ? row?.length ?? 0 : end
        word = isDone ? .done : !isUsable ? .expired : row?.length == nil ? .open : .receiving
    }
}
