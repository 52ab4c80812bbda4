/// Walks the segments and scans of a JPEG to its EOI (ITU-T T.81, annex B).
struct JPEGWalk {
    /// What an EXIF segment begins with (EXIF 2.32, 4.7.2); its TIFF header comes after.
    static let exifMark: StaticString = "Exif\0\0"

    private let file: ByteView
    private var position = 2
    private var found = PictureStructure(.jpeg)
    private var isAtEnd = false

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = JPEGWalk(file: file)
        while !walk.isAtEnd { try walk.step() }
        return walk.found
    }

    private init(file: ByteView) {
        self.file = file
    }

    private mutating func step() throws(CodecError) {
        guard let marker = try nextMarker() else { return isAtEnd = true }
        switch marker {
        case 0xD9:
            isAtEnd = true
            found.isComplete = found.scans > 0 && found.width > 0
        // Restart and TEM markers stand alone.
        case 0x01, 0xD0...0xD7: break
        default: try readSegment(marker)
        }
    }

    /// Markers may be preceded by any number of fill bytes FF.
    private mutating func nextMarker() throws(CodecError) -> UInt8? {
        guard let first = file[position] else { return nil }
        guard first == 0xFF else { throw CodecError(.damaged, "The JPEG has no marker at byte \(position).") }
        while file[position] == 0xFF { position += 1 }
        defer { position += 1 }
        return file[position]
    }

    private mutating func readSegment(_ marker: UInt8) throws(CodecError) {
        guard let length = file.number(at: position, 2) else { return isAtEnd = true }
        guard length >= 2 else { throw CodecError(.damaged, "A JPEG segment at byte \(position) has no length.") }
        let body = position + 2
        let end = position + length
        guard end <= file.count else { return isAtEnd = true }
        note(marker, body, end)
        position = end
        if marker == 0xDA { skipScan() }
    }

    private mutating func note(_ marker: UInt8, _ body: Int, _ end: Int) {
        switch marker {
        case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
            found.bitsPerSample = Int(file[body] ?? 8)
            found.height = file.number(at: body + 1, 2) ?? 0
            found.width = file.number(at: body + 3, 2) ?? 0
            found.channels = Int(file[body + 5] ?? 3)
        case 0xE1 where file.matches(Self.exifMark, at: body):
            let start = body + Self.exifMark.utf8CodeUnitCount
            if found.exif == nil, end > start { found.exif = start..<end }
        case 0xE1 where file.matches("http://ns.adobe.com/", at: body): found.xmpBytes += end - body
        case 0xE2 where file.matches("ICC_PROFILE\0", at: body): found.profileBytes += max(0, end - body - 14)
        default: break
        }
    }

    /// Entropy-coded data ends at the first FF that neither stuffs a byte nor restarts.
    private mutating func skipScan() {
        found.scans += 1
        while let mark = file.next(0xFF, from: position), let code = file[mark + 1] {
            position = mark + 2
            if code == 0xFF { position = mark + 1 }
            if code != 0, code != 0xFF, !(0xD0...0xD7 ~= code) { return position = mark }
        }
        isAtEnd = true
    }
}
