/// Walks the chunks of a WebP within the length its RIFF header names (RFC 9649).
struct WebPWalk {
    private let file: ByteView
    private var found = PictureStructure(.webp)
    private var hasPixels = false
    private var frames = 0

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = WebPWalk(file: file)
        guard let length = file.number(at: 4, 4, .little), length >= 12 else {
            throw CodecError(.damaged, "The WebP's header names no length.")
        }
        let end = 8 + length
        walk.found.isComplete = walk.walkChunks(until: end) && file.holds(0, end) && walk.hasPixels
        walk.found.frames = max(1, walk.frames)
        return walk.found
    }

    private init(file: ByteView) {
        self.file = file
    }

    /// Whether the chunks fill the file's announced length and none is cut.
    private mutating func walkChunks(until end: Int) -> Bool {
        var position = 12
        while position + 8 <= end {
            guard let length = file.number(at: position + 4, 4, .little) else { return false }
            let body = position + 8
            note(position, body..<body + length)
            // Odd chunks are followed by a byte of padding.
            position = body + length + length % 2
            guard position <= end, body + length <= file.count else { return false }
        }
        return position == end
    }

    private mutating func note(_ name: Int, _ body: Range<Int>) {
        switch true {
        case file.matches("VP8X", at: name): readExtended(body.lowerBound)
        case file.matches("VP8L", at: name): readLossless(body.lowerBound)
        case file.matches("VP8 ", at: name): readLossy(body.lowerBound)
        case file.matches("ANMF", at: name): readFrame(body.lowerBound)
        case file.matches("ICCP", at: name): found.profileBytes += body.count
        case file.matches("XMP ", at: name): found.xmpBytes += body.count
        case file.matches("EXIF", at: name): readExif(body)
        default: break
        }
    }

    private mutating func readExtended(_ start: Int) {
        found.width = 1 + (file.number(at: start + 4, 3, .little) ?? -1)
        found.height = 1 + (file.number(at: start + 7, 3, .little) ?? -1)
        if let flags = file[start], flags & 0x10 != 0 { found.channels = 4 }
    }

    private mutating func readLossless(_ start: Int) {
        hasPixels = true
        guard found.width == 0, let bits = file.number(at: start + 1, 4, .little) else { return }
        found.width = 1 + bits & 0x3FFF
        found.height = 1 + bits >> 14 & 0x3FFF
        if bits >> 28 & 1 == 1 { found.channels = 4 }
    }

    private mutating func readLossy(_ start: Int) {
        hasPixels = true
        guard found.width == 0 else { return }
        found.width = (file.number(at: start + 6, 2, .little) ?? 0) & 0x3FFF
        found.height = (file.number(at: start + 8, 2, .little) ?? 0) & 0x3FFF
    }

    private mutating func readFrame(_ start: Int) {
        hasPixels = true
        frames += 1
        let width = 1 + (file.number(at: start + 6, 3, .little) ?? 0)
        let height = 1 + (file.number(at: start + 9, 3, .little) ?? 0)
        let sum = found.animationPixels.addingReportingOverflow(Int64(width) * Int64(height))
        found.animationPixels = sum.overflow ? .max : sum.partialValue
    }

    /// Some writers put JPEG's `Exif\0\0` before the TIFF header.
    private mutating func readExif(_ body: Range<Int>) {
        let start = file.matches("Exif\0\0", at: body.lowerBound) ? body.lowerBound + 6 : body.lowerBound
        guard found.exif == nil, start < body.upperBound else { return }
        found.exif = start..<body.upperBound
    }
}
