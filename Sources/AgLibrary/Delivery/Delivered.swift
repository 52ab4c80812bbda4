package import AgBase
package import AgCrypto

/// A picture on its way out.
package struct Delivered: Sendable {
    package let image: Image
    package let mediaType: String
    package let sha256: SHA256Digest
    package let byteCount: Int64
    package let fileExtension: String
    package let content: BlobContent
    /// The same on every node, for it comes from the content: 128 bits of its SHA-256.
    package let entityTag: String

    init(
        image: Image, mediaType: String, sha256: SHA256Digest, byteCount: Int64, fileExtension: String,
        content: BlobContent
    ) {
        self.image = image
        self.mediaType = mediaType
        self.sha256 = sha256
        self.byteCount = byteCount
        self.fileExtension = fileExtension
        self.content = content
        entityTag = Base64URL.encode(sha256.bytes.prefix(16))
    }
}

/// What was asked for is being made. Not an error: the answer is 202.
package struct NotReady: Error, Sendable {
    package let message: String
    package let retryAfter: Duration
}
