/// Pictures that are recognised only to say that they are not taken.
enum KnownRefusal {
    private static let names: [(name: String, offset: Int, magic: [UInt8])] = [
        ("SVG", 0, Array("<svg".utf8)), ("SVG or XML", 0, Array("<?xml".utf8)), ("PDF", 0, Array("%PDF".utf8)),
        ("BMP", 0, Array("BM".utf8)), ("Photoshop", 0, Array("8BPS".utf8)), ("BigTIFF", 0, [0x49, 0x49, 43, 0]),
        ("BigTIFF", 0, [0x4D, 0x4D, 0, 43]), ("JPEG XL", 0, [0xFF, 0x0A]), ("JPEG XL", 4, Array("JXL ".utf8)),
        ("JPEG 2000", 4, Array("jP  ".utf8)), ("JPEG 2000", 0, [0xFF, 0x4F, 0xFF, 0x51]),
        ("PPM", 0, Array("P6".utf8)), ("PGM", 0, Array("P5".utf8)), ("MATLAB", 0, Array("MATLAB 5.0".utf8)),
        ("FITS", 0, Array("SIMPLE  =".utf8)), ("OpenEXR", 0, [0x76, 0x2F, 0x31, 0x01]), ("an icon", 0, [0, 0, 1, 0]),
        ("a video", 4, Array("ftyp".utf8)),
    ]

    static func name(_ head: [UInt8]) -> String? {
        names.first { head.dropFirst($0.offset).starts(with: $0.magic) }?.name
    }
}
