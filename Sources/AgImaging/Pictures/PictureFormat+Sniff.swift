extension PictureFormat {
    /// Bytes that are enough to tell any of the formats.
    package static let sniffLength = 64

    /// The format that the first bytes of a file show, or `nil`. Names and declared media types are never asked.
    package init?(sniffing head: [UInt8]) {
        guard let format = Self.byMagic(head) ?? Self.byBrand(head) else { return nil }
        self = format
    }

    private static func byMagic(_ head: [UInt8]) -> PictureFormat? {
        switch true {
        case head.starts(with: [0xFF, 0xD8, 0xFF]): .jpeg
        case head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]): .png
        case head.starts(with: "GIF87a".utf8), head.starts(with: "GIF89a".utf8): .gif
        case head.starts(with: "RIFF".utf8) && head.dropFirst(8).starts(with: "WEBP".utf8): .webp
        case head.starts(with: [0x49, 0x49, 42, 0]), head.starts(with: [0x4D, 0x4D, 0, 42]): .tiff
        default: nil
        }
    }

    /// ISO/IEC 14496-12: `ftyp` with a major brand, a version and compatible brands.
    private static func byBrand(_ head: [UInt8]) -> PictureFormat? {
        guard head.count >= 12, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        let length = head[0..<4].reduce(0) { $0 << 8 | Int($1) }
        let brands = [8] + stride(from: 16, to: min(length, head.count) - 3, by: 4)
        let names = brands.map { String(decoding: head[$0..<$0 + 4], as: UTF8.self) }
        if let own = brand(names[0]) { return own }
        guard ["mif1", "msf1", "miaf"].contains(names[0]) else { return nil }
        return names.dropFirst().lazy.compactMap(brand).first
    }

    private static func brand(_ name: String) -> PictureFormat? {
        switch name {
        case "avif", "avis": .avif
        case "heic", "heix", "hevc", "hevx", "heim", "heis": .heic
        default: nil
        }
    }
}
