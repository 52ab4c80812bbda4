extension KnownRefusal {
    struct Magic {
        let name: String
        let parts: [(offset: Int, bytes: [UInt8])]
    }

    private static func magic(_ name: String, _ bytes: [UInt8], at offset: Int = 0) -> Magic {
        Magic(name: name, parts: [(offset, bytes)])
    }

    private static func magic(_ name: String, _ text: String, at offset: Int = 0) -> Magic {
        magic(name, Array(text.utf8), at: offset)
    }

    private static func riff(_ name: String, _ kind: String) -> Magic {
        Magic(name: name, parts: [(0, Array("RIFF".utf8)), (8, Array(kind.utf8))])
    }

    /// The first that fits counts.
    static let magics: [Magic] = cameraRaw + pictures + documents + videos + archives

    /// Those that do not call themselves TIFF; `TIFFWalk` knows the others.
    private static let cameraRaw: [Magic] = [
        magic("A camera raw file (ORF)", "IIRO"), magic("A camera raw file (ORF)", "IIRS"),
        magic("A camera raw file (ORF)", "MMOR"), magic("A camera raw file (RW2)", [0x49, 0x49, 0x55, 0]),
        magic("A camera raw file (RAF)", "FUJIFILMCCD-RAW"), magic("A camera raw file (CRW)", "HEAPCCDR", at: 6),
        magic("A camera raw file (X3F)", "FOVb"), magic("A camera raw file (MRW)", [0, 0x4D, 0x52, 0x4D]),
        magic("A camera raw file (ARI)", "ARRI"),
    ]

    private static let pictures: [Magic] = [
        // Two letters alone begin many a text; what is reserved in a BMP is zero.
        Magic(name: "BMP", parts: [(0, Array("BM".utf8)), (6, [0, 0, 0, 0])]),
        magic("A Photoshop document", "8BPS"),
        magic("BigTIFF", [0x49, 0x49, 43, 0]), magic("BigTIFF", [0x4D, 0x4D, 0, 43]),
        magic("JPEG XL", [0xFF, 0x0A]), magic("JPEG XL", "JXL ", at: 4),
        magic("JPEG 2000", "jP  ", at: 4), magic("JPEG 2000", [0xFF, 0x4F, 0xFF, 0x51]),
        magic("JPEG XR", [0x49, 0x49, 0xBC]),
        magic("PBM", "P1"), magic("PGM", "P2"), magic("PPM", "P3"), magic("PBM", "P4"), magic("PGM", "P5"),
        magic("PPM", "P6"), magic("PAM", "P7\n"), magic("PFM", "PF\n"),
        // The number of pictures follows, in two bytes, of which the second is zero.
        Magic(name: "An icon (ICO)", parts: [(0, [0, 0, 1, 0]), (5, [0])]),
        Magic(name: "A cursor (CUR)", parts: [(0, [0, 0, 2, 0]), (5, [0])]), magic("An icon (ICNS)", "icns"),
        magic("MNG", [0x8A, 0x4D, 0x4E, 0x47]), magic("JNG", [0x8B, 0x4A, 0x4E, 0x47]),
        magic("QOI", "qoif"), magic("OpenEXR", [0x76, 0x2F, 0x31, 0x01]), magic("Radiance HDR", "#?RADIANCE"),
        magic("FITS", "SIMPLE  ="), magic("DICOM", "DICM", at: 128), magic("MATLAB", "MATLAB 5.0"),
        magic("DDS", "DDS "), magic("BPG", [0x42, 0x50, 0x47, 0xFB]), magic("FLIF", "FLIF"),
        magic("GIMP's XCF", "gimp xcf"),
        magic("DjVu", "AT&TFORM"), magic("A Windows metafile (WMF)", [0xD7, 0xCD, 0xC6, 0x9A]),
        magic("A Windows metafile (EMF)", " EMF", at: 40), magic("ILBM", "ILBM", at: 8),
    ]

    private static let documents: [Magic] = [
        magic("PDF", "%PDF"), magic("PostScript", "%!PS"), magic("PostScript", [0xC5, 0xD0, 0xD3, 0xC6]),
        magic("A rich text document", "{\\rtf"), magic("An Office document", [0xD0, 0xCF, 0x11, 0xE0]),
    ]

    private static let videos: [Magic] = [
        magic("A video (QuickTime)", "moov", at: 4), magic("A video (QuickTime)", "mdat", at: 4),
        magic("A video (QuickTime)", "wide", at: 4), magic("A video (QuickTime)", "free", at: 4),
        magic("A video (WebM or Matroska)", [0x1A, 0x45, 0xDF, 0xA3]), riff("A video (AVI)", "AVI "),
        magic("A video (Flash)", "FLV"),
        magic("A video (Windows Media)", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
        magic("A video (MPEG)", [0, 0, 1, 0xBA]), magic("A video (MPEG)", [0, 0, 1, 0xB3]),
        Magic(name: "A video (MPEG)", parts: [(0, [0x47]), (188, [0x47]), (376, [0x47])]),
        magic("A video (Ogg)", "OggS"),
        riff("Sound (WAV)", "WAVE"), magic("Sound (MP3)", "ID3"), magic("Sound (FLAC)", "fLaC"),
    ]

    private static let archives: [Magic] = [
        magic("A ZIP archive", "PK\u{3}\u{4}"), magic("A ZIP archive", "PK\u{5}\u{6}"),
        magic("A gzip archive", [0x1F, 0x8B]),
        magic("A 7z archive", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), magic("A RAR archive", "Rar!\u{1A}\u{7}"),
        magic("A bzip2 archive", "BZh"), magic("An xz archive", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
        magic("A Zstandard archive", [0x28, 0xB5, 0x2F, 0xFD]), magic("A tar archive", "ustar", at: 257),
        magic("A program", [0x7F, 0x45, 0x4C, 0x46]),
    ]
}
