/// Walks the segments and scans of a JPEG to its EOI (ITU-T T.81, annex B), as forgiving as libjpeg.
struct JPEGWalk {
    /// What an EXIF segment begins with (EXIF 2.32, 4.7.2); its TIFF header comes after.
    static let exifMark: StaticString = "Exif\0\0"

    private let file: ByteView
    private var position = 2
    private var found = PictureStructure(.jpeg)
    private var hasFrame = false
    private var isAtEnd = false
    private var profileParts = 0
    private var adobeNotes = 0

    /// A profile's parts are counted by a byte (ICC.1, annex B.4).
    private static let mostProfileParts = 255
    /// The last one counts for libjpeg; writers leave one.
    private static let mostAdobeNotes = 16

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = JPEGWalk(file: file)
        while !walk.isAtEnd { try walk.step() }
        return walk.found
    }

    private init(file: ByteView) {
        self.file = file
    }

    private mutating func step() throws(CodecError) {
        guard let marker = nextMarker() else { return isAtEnd = true }
        switch marker {
        case 0xD9:
            isAtEnd = true
            found.isComplete = found.scans > 0 && found.width > 0
        // Restart and TEM markers stand alone.
        case 0x01, 0xD0...0xD7: break
        case 0xC0...0xFE where marker != 0xD8: try readSegment(marker)
        default: throw CodecError(.damaged, "The JPEG has a marker without a meaning at byte \(position - 1).")
        }
    }

    /// Bytes before a marker are skipped, as are fill bytes FF, and an FF that is followed by a zero is no marker.
    private mutating func nextMarker() -> UInt8? {
        while let mark = file.next(0xFF, from: position) {
            position = mark
            while file[position] == 0xFF { position += 1 }
            guard let code = file[position] else { return nil }
            position += 1
            if code != 0 { return code }
        }
        return nil
    }

    private mutating func readSegment(_ marker: UInt8) throws(CodecError) {
        guard let length = file.number(at: position, 2) else { return isAtEnd = true }
        // A decoder skips no byte of an application's segment that is too short for its own length.
        let isSkipped = 0xE0...0xEF ~= marker || marker == 0xFE
        guard length >= 2 || isSkipped else {
            throw CodecError(.damaged, "A JPEG segment at byte \(position) has no length.")
        }
        let body = position + 2
        let end = position + max(2, length)
        guard end <= file.count else { return isAtEnd = true }
        try note(marker, body, end)
        position = end
        if marker == 0xDA { skipScan() }
    }

    private mutating func note(_ marker: UInt8, _ body: Int, _ end: Int) throws(CodecError) {
        if let kind = JPEGKind.refused(marker, precision: file[body]) { throw KnownRefusal.error(kind) }
        switch marker {
        case 0xC0...0xC2, 0xC9, 0xCA: try readFrame(body)
        case 0xE1:
            if file.matches(Self.exifMark, at: body) { found.note(exif: body..<end, in: file) }
            try hide(body)
        case 0xED: try hide(body)
        case 0xE2: try noteProfile(body, end)
        case 0xEE: try noteAdobe(body)
        default: break
        }
    }

    private mutating func noteProfile(_ body: Int, _ end: Int) throws(CodecError) {
        guard profileParts < Self.mostProfileParts, file.matches("ICC_PROFILE\0", at: body) else {
            return try hide(body)
        }
        profileParts += 1
        found.profileBytes += max(0, end - body - 14)
    }

    /// What the colours are: red, green and blue, or luma and chroma; ink or its opposite.
    private mutating func noteAdobe(_ body: Int) throws(CodecError) {
        guard adobeNotes < Self.mostAdobeNotes, file.matches("Adobe", at: body) else { return try hide(body) }
        adobeNotes += 1
    }

    /// libjpeg keeps these in a list and goes through all of it for each that comes: 100,000 of four bytes took minutes.
    /// libvips keeps camera notes, XMP (APP1) and Photoshop's resources (APP13), takes them apart with each opening and
    /// carries a hundred fields from step to step: a twelfth of the time of a small render. APP10 is skipped.
    private mutating func hide(_ body: Int) throws(CodecError) {
        try found.shown.put([0xEA], at: body - 3)
    }

    private mutating func readFrame(_ body: Int) throws(CodecError) {
        guard !hasFrame else { throw CodecError(.damaged, "The JPEG has a second frame header at byte \(body - 4).") }
        hasFrame = true
        found.bitsPerSample = Int(file[body] ?? 8)
        found.height = file.number(at: body + 1, 2) ?? 0
        found.width = file.number(at: body + 3, 2) ?? 0
        found.channels = Int(file[body + 5] ?? 3)
        guard [1, 3, 4].contains(found.channels) else {
            throw KnownRefusal.error("A JPEG of \(found.channels) colours")
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

/// The processes of JPEG that exist on paper and in cameras, but not in libjpeg.
enum JPEGKind {
    /// The name of a kind that no decoder of ours reads, by the marker of its frame header; `nil` for what is read.
    static func refused(_ marker: UInt8, precision: UInt8?) -> String? {
        switch marker {
        case 0xC0...0xC2, 0xC9, 0xCA:
            guard let precision, precision != 8 else { return nil }
            return "A JPEG of \(precision) bits per sample"
        case 0xC3, 0xCB: return "A lossless JPEG"
        case 0xC5...0xC7, 0xCD...0xCF, 0xDE, 0xDF: return "A hierarchical JPEG"
        case 0xF7, 0xF8: return "JPEG-LS"
        default: return nil
        }
    }
}
