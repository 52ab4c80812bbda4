package import AgModel

/// What became of one upload.
package struct UploadOutcome: Sendable {
    package let image: Image
    /// False when the bytes were there already.
    package let isNew: Bool
    package let status: ImageStatus
}
