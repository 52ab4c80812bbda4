import AgCrypto

/// What stands behind a render's bytes in its file, and tells whether they are all there. Format: docs/formats/renders.md.
///
/// Behind and not before them, so that the file can be sent from its beginning as it is.
struct RenderSeal: Sendable, Equatable {
    static let byteCount = 2 * SHA256Digest.byteCount + 16
    private static let mark = Array("AGRENDR1".utf8)

    /// What the bytes are the render of: a file under a wrong name is not served.
    let key: SHA256Digest
    let sha256: SHA256Digest
    /// Of the picture, without this seal.
    let length: Int64

    init(key: SHA256Digest, sha256: SHA256Digest, length: Int64) {
        self.key = key
        self.sha256 = sha256
        self.length = length
    }

    var bytes: [UInt8] {
        let digits = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * Int64($0))) }
        return key.bytes + sha256.bytes + digits + Self.mark
    }

    /// Reads the last bytes of a file of `fileLength`; `nil` unless they are a seal and fit it.
    init?(_ bytes: [UInt8], fileLength: Int64) {
        guard bytes.count == Self.byteCount, bytes.suffix(8).elementsEqual(Self.mark) else { return nil }
        let size = SHA256Digest.byteCount
        key = SHA256Digest(Array(bytes[0..<size]))
        sha256 = SHA256Digest(Array(bytes[size..<2 * size]))
        length = (0..<8).reduce(Int64(0)) { $0 | Int64(bytes[2 * size + $1]) << (8 * Int64($1)) }
        guard length > 0, length == fileLength - Int64(Self.byteCount) else { return nil }
    }
}
