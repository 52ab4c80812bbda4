import AgBase
import AgCrypto

/// A render that was found whole: its bytes when they are few, else the open file.
struct CachedRender: Sendable {
    let content: BlobContent
    let seal: RenderSeal

    private static let step = 1 << 20

    /// `nil` unless the file is the whole render of that name.
    ///
    /// - Parameters:
    ///   - isProven: its bytes were looked at before; then length and seal are enough. Blocks.
    ///   - pool: the threads that read more of it later.
    init?(_ file: OpenFile, _ name: RenderName, isProven: Bool, pool: BlockingPool) {
        guard let length = try? file.length(), length > Int64(RenderSeal.byteCount),
            let end = try? file.read(at: length - Int64(RenderSeal.byteCount), count: RenderSeal.byteCount),
            let seal = RenderSeal(end, fileLength: length), seal.key == name.key,
            isProven || Self.hasRightBytes(file, seal),
            let content = try? BlobContent.reading(
                file, byteCount: seal.length, upTo: Delivery.keptLength, pool: pool)
        else { return nil }
        self.content = content
        self.seal = seal
    }

    /// After a power cut a file may have its name and its length, and not its bytes.
    private static func hasRightBytes(_ file: OpenFile, _ seal: RenderSeal) -> Bool {
        var hasher = SHA256Hasher()
        var position: Int64 = 0
        while position < seal.length {
            let count = Int(min(Int64(step), seal.length - position))
            guard let bytes = try? file.read(at: position, count: count), bytes.count == count else { return false }
            hasher.update(bytes)
            position += Int64(count)
        }
        return hasher.finish() == seal.sha256
    }
}
