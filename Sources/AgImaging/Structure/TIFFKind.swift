/// The kinds of TIFF that libtiff and libvips do not read, or would show as something else than they are.
enum TIFFKind {
    // MARK: Camera raw

    /// Cameras that put a sign behind the header.
    static func cameraRaw(byHead file: ByteView) -> String? {
        if file.matches("CR", at: 8) { return "A camera raw file (CR2)" }
        return file.matches("IIII", at: 8) || file.matches("MMMM", at: 8) ? "A camera raw file (IIQ)" : nil
    }

    /// A page of a sensor's data, before colours are made of it (photometric interpretations of TIFF/EP and DNG), or one
    /// that says of itself that it is a DNG.
    static func cameraRaw(_ page: TIFFPage, maker: String) -> String? {
        if page.entry(50_706) != nil { return "A camera raw file (DNG)" }
        let sensors: Set<Int> = [32_803, 34_892]
        return page.number(262).map { sensors.contains($0) } == true ? named(maker) : nil
    }

    /// Only small copies of a picture that is elsewhere.
    static func previewsOnly(_ page: TIFFPage) -> String {
        suffix(page.maker) == nil ? "A TIFF that has nothing but reduced-size previews or masks" : named(page.maker)
    }

    private static func named(_ maker: String) -> String {
        suffix(maker).map { "A camera raw file (\($0))" } ?? "A camera raw file"
    }

    private static func suffix(_ maker: String) -> String? {
        let suffixes = [
            ("nikon", "NEF"), ("sony", "ARW"), ("pentax", "PEF"), ("ricoh", "PEF"), ("samsung", "SRW"),
            ("canon", "CR2"),
            ("seiko epson", "ERF"), ("hasselblad", "3FR"), ("eastman kodak", "DCR"), ("kodak", "DCR"), ("leaf", "MOS"),
            ("mamiya", "MEF"), ("phase one", "IIQ"),
        ]
        return suffixes.first { maker.lowercased().hasPrefix($0.0) }?.1
    }

    // MARK: Pixels that are stored in a way of their own

    /// The name of the kind; `nil` for what is decoded.
    static func refused(_ page: TIFFPage) -> String? {
        let compression = page.number(259) ?? 1
        return refused(compression: compression)
            ?? refused(samples: page)
            ?? refused(photometric: page.number(262) ?? 1, compression, bits: page.number(258) ?? 1)
            ?? refused(narrow: page)
            ?? refused(inks: page)
            ?? refused(chroma: page)
            ?? (compression == 50_001 ? refused(webP: page) : nil)
    }

    /// Debian's libtiff has these, and those of `LogLuv`.
    private static let compressions: Set<Int> = [
        1, 2, 3, 4, 5, 7, 8, 32_766, 32_771, 32_773, 32_809, 32_909, 32_946, 34_661, 34_676, 34_677, 34_887, 34_925,
        50_000, 50_001,
    ]

    private static func refused(compression: Int) -> String? {
        switch compression {
        case 6: "A TIFF with old-style JPEG inside"
        case 33_003, 33_004, 33_005, 34_712: "A TIFF with JPEG 2000 inside"
        case 22_610, 34_934: "A TIFF with JPEG XR inside"
        case 50_002, 52_546: "A TIFF with JPEG XL inside"
        case 32_767, 32_769, 32_770, 34_713, 34_892, 65_000, 65_535: "A camera raw file"
        default: compressions.contains(compression) ? nil : "A TIFF with compression \(compression)"
        }
    }

    private static func refused(samples page: TIFFPage) -> String? {
        let bits = page.number(258) ?? 1
        switch page.number(339) ?? 1 {
        // LogLuv has 32 bits of its own making and calls them integers.
        case 2 where page.number(262) != 8: return "A TIFF of signed numbers"
        case 1, 2, 4: return [1, 2, 4, 8, 16, 32].contains(bits) ? nil : "A TIFF of \(bits)-bit samples"
        case 3:
            if bits == 32 { return nil }
            return bits == 16 ? "A TIFF of half floats (16 bits)" : "A TIFF of \(bits)-bit floating-point samples"
        default: return "A TIFF of complex numbers"
        }
    }

    private static func refused(photometric: Int, _ compression: Int, bits: Int) -> String? {
        let isLog = compression == 34_676 || compression == 34_677
        switch photometric {
        case 0, 1: return nil
        case 2, 5, 6, 8, 9: return bits >= 8 ? nil : "A TIFF of colours with \(bits) bits per sample"
        case 3: return bits <= 8 ? nil : "A TIFF with a palette of \(bits) bits"
        case 32_844, 32_845: return isLog ? nil : "A TIFF of logarithmic light in another compression than SGI's"
        case 10: return "A TIFF in ITU L*a*b*"
        default: return "A TIFF with photometric interpretation \(photometric)"
        }
    }

    /// Whose colours only their makers know.
    private static func refused(inks page: TIFFPage) -> String? {
        guard page.number(262) == 5 else { return nil }
        let inks = (page.number(277) ?? 1) - page.numbers(338, most: 16).count
        return inks < 4 || page.number(332) == 2 ? "A TIFF of inks other than cyan, magenta, yellow and black" : nil
    }

    /// libtiff and libvips have no others, but from JPEG.
    private static func refused(chroma page: TIFFPage) -> String? {
        guard page.number(262) == 6, page.number(259) != 7 else { return nil }
        let isPlain = page.number(277) == 3 && page.numbers(530, most: 2) == [1, 1] && page.number(339) != 3
        return isPlain && (page.number(258) == 8 || page.number(258) == 16)
            ? nil
            : "A TIFF of luma and chroma (YCbCr) without JPEG that are not three samples of 8 or 16 bits for each pixel"
    }

    /// Samples of less than a byte stand alone.
    private static func refused(narrow page: TIFFPage) -> String? {
        let bits = page.number(258) ?? 1
        let samples = page.number(277) ?? 1
        return bits < 8 && samples > 1 ? "A TIFF of \(samples) samples of \(bits) bits" : nil
    }

    private static func refused(webP page: TIFFPage) -> String? {
        let isColour = page.number(277) == 3 || page.number(277) == 4
        return isColour && page.number(258) == 8 ? nil : "A TIFF with WebP inside that is not of 8-bit colours"
    }
}
