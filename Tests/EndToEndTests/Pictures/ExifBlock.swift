/// An EXIF block written by hand (TIFF 6.0 and EXIF 2.32), big-endian, with what the tests look for.
struct ExifBlock: Sendable {
    private struct Entry {
        let tag: UInt16
        let type: UInt16
        let count: UInt32
        let value: [UInt8]
    }

    var orientation: UInt16 = 1

    /// The block as an APP1 segment of a JPEG file.
    var segment: [UInt8] {
        let content = Array("Exif".utf8) + [0, 0] + tiff
        return [0xFF, 0xE1] + Self.bytes(UInt16(content.count + 2)) + content
    }

    /// A JPEG file with this block behind its start mark.
    func inside(_ jpeg: [UInt8]) -> [UInt8] { Array(jpeg.prefix(2)) + segment + jpeg.dropFirst(2) }

    private var tiff: [UInt8] {
        // The places are computed with lists of the same length first.
        let main = { (exif: UInt32, gps: UInt32) in
            [
                Self.text(0x010F, "Argentum Optics"), Self.text(0x0110, "Silver 1"),
                Entry(tag: 0x0112, type: 3, count: 1, value: Self.bytes(orientation) + [0, 0]),
                Entry(tag: 0x8769, type: 4, count: 1, value: Self.bytes(exif)),
                Entry(tag: 0x8825, type: 4, count: 1, value: Self.bytes(gps)),
            ]
        }
        let exifAt = 8 + Self.list(main(0, 0), at: 8).count
        let gpsAt = exifAt + Self.list(Self.exif, at: exifAt).count
        return Array("MM".utf8) + [0, 42] + Self.bytes(UInt32(8))
            + Self.list(main(UInt32(exifAt), UInt32(gpsAt)), at: 8)
            + Self.list(Self.exif, at: exifAt) + Self.list(Self.gps, at: gpsAt)
    }

    private static let exif = [
        ratios(0x829A, [(1, 250)]), ratios(0x829D, [(28, 10)]),
        Entry(tag: 0x8827, type: 3, count: 1, value: bytes(UInt16(200)) + [0, 0]),
        text(0x9003, "2026:05:03 12:13:14"), text(0x9011, "+02:00"), ratios(0x920A, [(50, 1)]),
    ]

    /// 48° 51' 30" N, 2° 17' 40" E, 35 m.
    private static let gps = [
        text(1, "N"), ratios(2, [(48, 1), (51, 1), (30, 1)]), text(3, "E"), ratios(4, [(2, 1), (17, 1), (40, 1)]),
        Entry(tag: 5, type: 1, count: 1, value: [0, 0, 0, 0]), ratios(6, [(35, 1)]),
    ]

    private static func text(_ tag: UInt16, _ text: String) -> Entry {
        let value = Array(text.utf8) + [0]
        return Entry(tag: tag, type: 2, count: UInt32(value.count), value: value)
    }

    private static func ratios(_ tag: UInt16, _ values: [(UInt32, UInt32)]) -> Entry {
        Entry(tag: tag, type: 5, count: UInt32(values.count), value: values.flatMap { bytes($0) + bytes($1) })
    }

    /// A directory: its entries, the end mark, and behind it the values that do not fit into four bytes.
    private static func list(_ entries: [Entry], at start: Int) -> [UInt8] {
        var head = bytes(UInt16(entries.count))
        var tail: [UInt8] = []
        let tailAt = start + 2 + entries.count * 12 + 4
        for entry in entries {
            head += bytes(entry.tag) + bytes(entry.type) + bytes(entry.count)
            if entry.value.count <= 4 {
                head += entry.value + [UInt8](repeating: 0, count: 4 - entry.value.count)
            } else {
                head += bytes(UInt32(tailAt + tail.count))
                tail += entry.value + [UInt8](repeating: 0, count: entry.value.count % 2)
            }
        }
        return head + [0, 0, 0, 0] + tail
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
