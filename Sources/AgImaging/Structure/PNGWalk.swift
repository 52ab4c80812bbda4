/// Walks the chunks of a PNG to IEND (PNG specification, third edition, section 5).
enum PNGWalk {
    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var found = PictureStructure(.png)
        var hasPixels = false
        var position = 8
        while let length = file.number(at: position, 4), let kind = file.number(at: position + 4, 4) {
            guard position > 8 || kind == Kind.header.rawValue else {
                throw CodecError(.damaged, "The PNG does not begin with its header.")
            }
            // Body and checksum must both be there.
            guard file.holds(position + 8, length + 4) else { break }
            note(Kind(rawValue: kind), position + 8..<position + 8 + length, file, &found)
            if kind == Kind.pixels.rawValue { hasPixels = true }
            if kind == Kind.end.rawValue {
                found.isComplete = hasPixels
                break
            }
            position += 12 + length
        }
        return found
    }

    private enum Kind: Int {
        case header = 0x4948_4452
        case pixels = 0x4944_4154
        case end = 0x4945_4E44
        case text = 0x7445_5874
        case compressedText = 0x7A54_5874
        case unicodeText = 0x6954_5874
        case profile = 0x6943_4350
        case exif = 0x6558_4966
        case transparency = 0x7452_4E53
        case animation = 0x6163_544C
    }

    private static func note(_ kind: Kind?, _ body: Range<Int>, _ file: ByteView, _ found: inout PictureStructure) {
        switch kind {
        // A second one does not count: decoders go by the first, too.
        case .header where body.lowerBound == 16: readHeader(body.lowerBound, file, &found)
        // Never compressed (XMP specification, part 3): what is, counts as any text, of which much less is let pass.
        case .unicodeText where file.matches("XML:com.adobe.xmp\0\0", at: body.lowerBound): found.xmpBytes += body.count
        case .text, .compressedText, .unicodeText:
            found.textChunks += 1
            found.largestTextChunk = max(found.largestTextChunk, body.count)
        case .profile: found.profileBytes += body.count
        case .exif where found.exif == nil && !body.isEmpty: found.exif = body
        case .transparency where found.channels == 1 || found.channels == 3: found.channels += 1
        case .animation:
            found.frames = max(1, file.number(at: body.lowerBound, 4) ?? 1)
            found.animationPixels = PictureStructure.product(found.frames, found.pixels)
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
