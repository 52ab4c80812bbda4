import AgBase
import AgCrypto
import AgWire

/// A picture with the seal that it is sent under. The bytes are clear where they lie, and sealed on their way out: again to the same
/// ciphertext each time.
struct SealedContent: Sendable {
    let image: Image
    let token: WireToken
    let seal: ContentSeal
    let format: UInt8
    /// The hash of the ciphertext.
    let bodyDigest: SHA256Digest
    let content: BlobContent

    /// Of the ciphertext.
    var bodyLength: Int64 { content.byteCount + Int64(SealedPicture.formatByteCount) }

    /// Up to this length it is sealed as a whole, and its tag compared before the first byte is sent.
    private static let whole: Int64 = 1 << 20
    static let step: Int64 = 256 << 10

    /// The head of an answer, and the ciphertext behind it. Throws what reading throws, and `SealError.contentChanged` for bytes that
    /// are not those that were sealed; a long picture, in the middle of its last piece.
    func answer(_ head: [UInt8]) async throws -> BlobContent {
        if content.byteCount <= Self.whole { return BlobContent(head + (try await ciphertext())) }
        return BlobContent(byteCount: Int64(head.count) + bodyLength) { [self] range, sink in
            try await stream(behind: head, range, sink)
        }
    }

    private func ciphertext() async throws -> [UInt8] {
        let plain = try await content.bytes(0..<content.byteCount)
        var sealed = [UInt8](repeating: 0, count: plain.count + SealedPicture.formatByteCount)
        try sealed.withMutableBytes { (out: inout MutableRawSpan) throws(SealError) in
            try SealedPicture.reseal(plain.span.bytes, format: format, as: seal, into: &out)
        }
        return sealed
    }

    /// All of it is sealed, whatever part is wanted: the tag is over all of it. The last piece is held back until the tag is right.
    private func stream(
        behind head: [UInt8], _ range: Range<Int64>, _ sink: @escaping BlobContent.Sink
    ) async throws {
        var window = Window(range)
        try await window.pass(head, to: sink)
        var sealer = ContentSealer(again: seal)
        var sealed = Self.update(&sealer, [format])
        for start in stride(from: 0, to: content.byteCount, by: Int(Self.step)) {
            try await window.pass(sealed, to: sink)
            sealed = Self.update(&sealer, try await content.bytes(start..<min(start + Self.step, content.byteCount)))
        }
        _ = try sealer.finish()
        try await window.pass(sealed, to: sink)
    }

    /// The ciphertext of the next piece.
    static func update(_ sealer: inout ContentSealer, _ piece: [UInt8]) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: piece.count)
        sealed.withMutableBytes { out in sealer.update(piece.span.bytes, into: &out) }
        return sealed
    }
}

/// Lets of a sequence of pieces only those bytes pass that are wanted.
private struct Window {
    private let wanted: Range<Int64>
    private var position: Int64 = 0

    init(_ wanted: Range<Int64>) {
        self.wanted = wanted
    }

    mutating func pass(_ piece: [UInt8], to sink: BlobContent.Sink) async throws {
        let place = position..<position + Int64(piece.count)
        position = place.upperBound
        let part = place.clamped(to: wanted)
        if part.isEmpty { return }
        let start = Int(part.lowerBound - place.lowerBound)
        try await sink(part == place ? piece : Array(piece[start..<start + part.count]))
    }
}
