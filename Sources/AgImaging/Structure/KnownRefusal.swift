/// Files that are recognised only to say what they are, and that they are not taken.
enum KnownRefusal {
    /// How much of a file is looked at.
    private static let looked = 1_024
    private static let taken = "JPEG, PNG, WebP, GIF, TIFF, AVIF and HEIC are"

    /// The refusal of a file that shows none of the formats that are taken.
    static func error(of file: ByteView) -> CodecError {
        guard let name = name(file.copy(at: 0, looked)) else {
            return CodecError(.notAPicture, "The content is not a picture that we know; \(taken).")
        }
        return error(name)
    }

    static func error(_ name: String) -> CodecError {
        CodecError(
            .unsupportedFormat, "\(name) is not taken in; \(taken). Save it as one of them, and upload that.")
    }

    static func name(_ head: [UInt8]) -> String? {
        byMagic(head) ?? byBrand(head) ?? byText(head)
    }

    private static func byMagic(_ head: [UInt8]) -> String? {
        magics.first { magic in magic.parts.allSatisfy { head.dropFirst($0.offset).starts(with: $0.bytes) } }?.name
    }

    /// ISO base media files that are neither AVIF nor HEIC, by their major brand.
    private static func byBrand(_ head: [UInt8]) -> String? {
        guard head.dropFirst(4).starts(with: "ftyp".utf8) else { return nil }
        switch String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self) {
        case "crx ": return "A camera raw file (CR3)"
        case "jp2 ", "jpx ", "jpm ", "mjp2": return "JPEG 2000"
        case "jxl ": return "JPEG XL"
        case "avci", "avcs": return "A picture in H.264 (AVCI)"
        case "mif1", "msf1", "miaf", "mif2": return "A HEIF picture that is neither AVIF nor HEIC"
        case "M4A ", "M4B ", "M4P ": return "Sound (MPEG-4)"
        default: return "A video (MP4 or QuickTime)"
        }
    }

    /// Markup begins with white space, a byte order mark, comments.
    private static func byText(_ head: [UInt8]) -> String? {
        let text = String(decoding: head, as: UTF8.self).lowercased().drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        guard text.hasPrefix("<") else { return nil }
        if text.contains("<svg") { return "SVG" }
        if text.contains("<html") || text.hasPrefix("<!doctype html") { return "HTML" }
        return text.hasPrefix("<?xml") ? "XML" : nil
    }
}
