import CVips

/// ICC profiles for tests.
enum Profiles {
    /// Display P3, as libvips has it built in.
    static let p3 = builtIn("p3")
    /// Inks on paper.
    static let cmyk = builtIn("cmyk")

    private static func builtIn(_ name: String) -> [UInt8] {
        Picture.drawn(1, 1) { _, _ in [0, 0, 0] }.converted(to: name).lent { image in
            var data: UnsafeRawPointer?
            var length = 0
            vips_image_get_blob(image, "icc-profile-data", &data, &length)
            return Array(UnsafeRawBufferPointer(start: data, count: length))
        }
    }

    /// Grey whose light is the stored value (ICC.1:2001, a monochrome display).
    static let linearGrey: [UInt8] = {
        let white = Array("XYZ ".utf8) + number(0) + number(0xF6D6) + number(0x10000) + number(0xD32D)
        // libpng takes a very short profile for a broken one.
        let points = (0..<65).map { min(65_535, $0 * 1_024) }.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        let curve = Array("curv".utf8) + number(0) + number(65) + points + [0, 0]
        let tags: [(String, [UInt8])] = [("wtpt", white), ("kTRC", curve)]
        var table = number(tags.count)
        var place = 128 + 4 + 12 * tags.count
        for (name, body) in tags {
            table += Array(name.utf8) + number(place) + number(body.count)
            place += body.count
        }
        let head = number(place) + number(0) + number(0x0210_0000) + Array("mntrGRAYXYZ ".utf8)
        let rest = Array("acsp".utf8) + [UInt8](repeating: 0, count: 28)
        let illuminant = number(0xF6D6) + number(0x10000) + number(0xD32D)
        let start = head + [UInt8](repeating: 0, count: 12) + rest + illuminant
        return start + [UInt8](repeating: 0, count: 128 - start.count) + table + tags.flatMap { $0.1 }
    }()

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
