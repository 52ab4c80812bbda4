/// Walks the chunks of a WebP within the length its RIFF header names (RFC 9649).
struct WebPWalk {
    private let file: ByteView
    private var found = PictureStructure(.webp)
    private var frames = 0
    /// Where the first frame's chunk ends.
    private var firstEnd: Int?

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = WebPWalk(file: file)
        guard let length = file.number(at: 4, 4, .little), length >= 12 else {
            throw CodecError(.damaged, "The WebP's header names no length.")
        }
        let isWhole = try walk.walkChunks(until: 8 + length)
        walk.found.isComplete = isWhole && walk.firstEnd != nil
        walk.found.frames = max(1, walk.frames)
        try walk.showFirstFrame()
        return walk.found
    }

    private init(file: ByteView) {
        self.file = file
    }

    /// Whether every chunk within the announced length is there. The last one's padding may be missing, and a few bytes
    /// that are no chunk may come behind it.
    private mutating func walkChunks(until end: Int) throws(CodecError) -> Bool {
        var position = 12
        while position + 8 <= end {
            guard let length = file.number(at: position + 4, 4, .little) else { return false }
            let body = position + 8..<position + 8 + length
            guard body.upperBound <= end, body.upperBound <= file.count else { return false }
            try note(position, body)
            // Odd chunks are followed by a byte of padding.
            position = body.upperBound + length % 2
        }
        return file.holds(0, end)
    }

    private mutating func note(_ name: Int, _ body: Range<Int>) throws(CodecError) {
        switch true {
        case file.matches("VP8X", at: name): try readExtended(body.lowerBound)
        case file.matches("VP8L", at: name): readLossless(body)
        case file.matches("VP8 ", at: name): readLossy(body)
        case file.matches("ANMF", at: name): readFrame(body)
        case file.matches("ICCP", at: name): found.profileBytes += body.count
        case file.matches("EXIF", at: name):
            found.note(exif: body, in: file)
            try found.shown.put(Array("note".utf8), at: name)
        case file.matches("XMP ", at: name): try found.shown.put(Array("note".utf8), at: name)
        default: break
        }
    }

    private mutating func readExtended(_ start: Int) throws(CodecError) {
        guard found.width == 0, let flags = file[start] else { return }
        found.width = 1 + (file.number(at: start + 4, 3, .little) ?? -1)
        found.height = 1 + (file.number(at: start + 7, 3, .little) ?? -1)
        if flags & 0x10 != 0 { found.channels = 4 }
        // EXIF and XMP are not announced either.
        try found.shown.put([flags & ~0x0C], at: start)
    }

    private mutating func readLossless(_ body: Range<Int>) {
        if firstEnd == nil { firstEnd = body.upperBound }
        guard found.width == 0, let bits = file.number(at: body.lowerBound + 1, 4, .little) else { return }
        found.width = 1 + bits & 0x3FFF
        found.height = 1 + bits >> 14 & 0x3FFF
        if bits >> 28 & 1 == 1 { found.channels = 4 }
    }

    private mutating func readLossy(_ body: Range<Int>) {
        if firstEnd == nil { firstEnd = body.upperBound }
        guard found.width == 0 else { return }
        found.width = (file.number(at: body.lowerBound + 6, 2, .little) ?? 0) & 0x3FFF
        found.height = (file.number(at: body.lowerBound + 8, 2, .little) ?? 0) & 0x3FFF
    }

    private mutating func readFrame(_ body: Range<Int>) {
        if firstEnd == nil { firstEnd = body.upperBound }
        frames += 1
    }

    /// The file ends for a decoder with its first frame: libvips walks all of them, for each of them from the first on.
    private mutating func showFirstFrame() throws(CodecError) {
        guard let firstEnd else { return }
        let end = min(firstEnd + firstEnd % 2, file.count)
        found.shown.range = 0..<end
        try found.shown.put((0..<4).map { UInt8(truncatingIfNeeded: (end - 8) >> (8 * $0)) }, at: 4)
    }
}
