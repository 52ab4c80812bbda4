import AgBase
import AgCrypto

/// A render's open file that was found whole.
struct CachedRender: Sendable {
    let file: OpenFile
    let seal: RenderSeal

    private static let step = 1 << 20

    /// `nil` unless the file is the whole render of that name.
    ///
    /// - Parameter isProven: its bytes were looked at before; then length and seal are enough. Blocks.
    init?(_ file: OpenFile, _ name: RenderName, isProven: Bool) {
        guard let length = try? file.length(), length > Int64(RenderSeal.byteCount),
            let end = try? file.read(at: length - Int64(RenderSeal.byteCount), count: RenderSeal.byteCount),
            let seal = RenderSeal(end, fileLength: length), seal.key == name.key
        else { return nil }
        self.file = file
        self.seal = seal
        guard isProven || hasRightBytes else { return nil }
    }

    /// After a power cut a file may have its name and its length, and not its bytes.
    private var hasRightBytes: Bool {
        var hasher = SHA256Hasher()
        var position: Int64 = 0
        while position < seal.length {
            let count = Int(min(Int64(Self.step), seal.length - position))
            guard let bytes = try? file.read(at: position, count: count), bytes.count == count else { return false }
            hasher.update(bytes)
            position += Int64(count)
        }
        return hasher.finish() == seal.sha256
    }
}
