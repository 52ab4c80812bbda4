/// Walks the chunks of a PNG to IEND (PNG specification, third edition, section 5).
enum PNGWalk {
    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var found = PictureStructure(.png)
        var pixelBytes = 0
        var color = PNGColor()
        var position = 8
        while let length = file.number(at: position, 4), let kind = file.number(at: position + 4, 4) {
            guard position > 8 || kind == Kind.header.rawValue else {
                if file.matches("CgBI", at: position + 4) {
                    throw KnownRefusal.error("A PNG for iPhone programs (CgBI)")
                }
                throw CodecError(.damaged, "The PNG does not begin with its header.")
            }
            // Body and checksum must both be there.
            guard file.holds(position + 8, length + 4) else { break }
            note(Kind(rawValue: kind), position + 8..<position + 8 + length, file, &found)
            try hide(kind, position, file, &found)
            if kind == Kind.pixels.rawValue { pixelBytes += length }
            if pixelBytes == 0 { color.note(kind, position + 8..<position + 8 + length, file) }
            if kind == Kind.end.rawValue {
                found.isComplete = canHold(found, samples(file[25]), in: pixelBytes)
                found.shown.range = 0..<position + 12
                break
            }
            position += 12 + length
        }
        found.signal = color.signal
        return found
    }

    /// What a decoder may see beside the pixels; everything else that it might know costs time and is not used. A
    /// compressed text can hold a thousand times its length, and libpng leaves the profile out beside sRGB, gAMA or cHRM that
    /// say something else. (The pixels' own names begin with a capital letter.)
    private static let shown: Set<Int> = [
        Kind.transparency.rawValue, Kind.profile.rawValue, 0x7342_4954,
    ]

    /// Its name gets a letter that makes it a stranger's chunk, which decoders skip. Its checksum does not matter to them.
    private static func hide(
        _ kind: Int, _ position: Int, _ file: ByteView, _ found: inout PictureStructure
    ) throws(CodecError) {
        let isAncillary = kind >> 29 & 1 == 1
        guard isAncillary, !shown.contains(kind) else { return }
        try found.shown.put([UInt8(ascii: "q")], at: position + 5)
    }

    /// DEFLATE makes at most 1,032 bytes of one: with less than that, rows must be missing.
    private static func canHold(_ found: PictureStructure, _ samples: Int, in pixelBytes: Int) -> Bool {
        let bits = PictureStructure.product(found.bitsPerSample * samples, found.pixels)
        return pixelBytes > 0 && bits / 8 <= PictureStructure.product(pixelBytes, 1_040)
    }

    /// Samples of a pixel by the header's colour type.
    private static func samples(_ type: UInt8?) -> Int {
        switch type {
        case 2: 3
        case 4: 2
        case 6: 4
        default: 1
        }
    }

    private enum Kind: Int {
        case header = 0x4948_4452
        case pixels = 0x4944_4154
        case end = 0x4945_4E44
        case profile = 0x6943_4350
        case exif = 0x6558_4966
        case transparency = 0x7452_4E53
        case animation = 0x6163_544C
    }

    private static func note(_ kind: Kind?, _ body: Range<Int>, _ file: ByteView, _ found: inout PictureStructure) {
        switch kind {
        // A second one does not count: decoders go by the first, too.
        case .header where body.lowerBound == 16: readHeader(body.lowerBound, file, &found)
        case .profile: found.profileBytes += body.count
        case .exif: found.note(exif: body, in: file)
        case .transparency where found.channels == 1 || found.channels == 3: found.channels += 1
        case .animation: found.frames = max(1, file.number(at: body.lowerBound, 4) ?? 1)
        default: break
        }
    }

    private static func readHeader(_ start: Int, _ file: ByteView, _ found: inout PictureStructure) {
        found.width = file.number(at: start, 4) ?? 0
        found.height = file.number(at: start + 4, 4) ?? 0
        found.bitsPerSample = Int(file[start + 8] ?? 8)
        let channels: [UInt8: Int] = [0: 1, 2: 3, 3: 3, 4: 2, 6: 4]
        found.channels = file[start + 9].flatMap { channels[$0] } ?? 3
    }
}
