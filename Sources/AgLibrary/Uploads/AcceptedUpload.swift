import AgBase
import AgBlobs
package import AgCrypto
package import AgImaging

/// A picture whose bytes were found good and that is not stored yet.
package struct AcceptedUpload: Sendable {
    package let filename: String?
    package let sha256: SHA256Digest
    package let probe: PictureProbe
    package let byteCount: Int64
    /// What is missing of the picture shall not fail it.
    package let allowsDamage: Bool
    let caller: Caller
    let file: SpoolFile
}
