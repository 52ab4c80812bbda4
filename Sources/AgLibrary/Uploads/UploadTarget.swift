package import AgModel
import AgSQL

/// Where accepted pictures go besides the library.
package struct UploadTarget: Sendable {
    /// Every picture, new or not, is linked to this session.
    package var sessionID: String?
    /// The id the client wants for its one picture.
    package var fixedID: ImageID?
    /// An image that is there, and shows this one picture from now on.
    package var replaced: ImageID?
    /// Used up in the same transaction.
    package var grant: UploadGrantID?

    /// What else the transaction does with the pictures: with all of it, or with nothing, they are stored.
    var completion: Completion?

    typealias Completion = @Sendable (_ outcomes: [UploadOutcome], any SQLTransaction) throws -> Void

    package init(
        sessionID: String? = nil, fixedID: ImageID? = nil, replaced: ImageID? = nil, grant: UploadGrantID? = nil
    ) {
        self.sessionID = sessionID
        self.fixedID = fixedID
        self.replaced = replaced
        self.grant = grant
    }

    init(completion: @escaping Completion) {
        self.completion = completion
    }
}
