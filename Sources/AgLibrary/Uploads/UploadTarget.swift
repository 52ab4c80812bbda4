package import AgModel

/// Where accepted pictures go besides the library.
package struct UploadTarget: Sendable {
    /// Every picture, new or not, is linked to this session.
    package var sessionID: String?
    /// The id the client wants for its one picture.
    package var fixedID: ImageID?
    /// Used up in the same transaction.
    package var grant: UploadGrantID?

    package init(sessionID: String? = nil, fixedID: ImageID? = nil, grant: UploadGrantID? = nil) {
        self.sessionID = sessionID
        self.fixedID = fixedID
        self.grant = grant
    }
}
