/// Builds EXIF blocks for tests, byte by byte.
struct ExifBlock {
    enum Value {
        case short(Int)
        case long(Int)
        case text(String)
        case ratios([(Int, Int)])
        case signedRatios([(Int, Int)])
        case byte(UInt8)
        /// Type, count and the four bytes as they stand.
        case raw(Int, Int, Int)
    }

    var isBig = false
    var main: [(Int, Value)] = []
    var camera: [(Int, Value)] = []
    var place: [(Int, Value)] = []

    /// Only an orientation.
    static func orientation(_ value: Int) -> ExifBlock { ExifBlock(main: [(0x0112, .short(value))]) }

    var bytes: [UInt8] {
        var block: [UInt8] = (isBig ? Array("MM".utf8) : Array("II".utf8)) + number(42, 2) + number(8, 4)
        var links: [(Int, [(Int, Value)])] = []
        if !camera.isEmpty { links.append((0x8769, camera)) }
        if !place.isEmpty { links.append((0x8825, place)) }
        let entries = main.count + links.count
        var next = 8 + 2 + 12 * entries + 4 + heap(main).count
        var all = main
        for (tag, inner) in links {
            all.append((tag, .long(next)))
            next += 2 + 12 * inner.count + 4 + heap(inner).count
        }
        block += directory(all, at: 8)
        for (_, inner) in links { block += directory(inner, at: block.count) }
        return block
    }

    /// As JPEG and libvips carry it.
    var withMark: [UInt8] { Array("Exif\0\0".utf8) + bytes }

    private func directory(_ entries: [(Int, Value)], at offset: Int) -> [UInt8] {
        var table = number(entries.count, 2)
        var place = offset + 2 + 12 * entries.count + 4
        for (tag, value) in entries {
            let (type, count, data) = coded(value)
            table += number(tag, 2) + number(type, 2) + number(count, 4)
            if data.count <= 4 {
                table += data + [UInt8](repeating: 0, count: 4 - data.count)
            } else {
                table += number(place, 4)
                place += data.count
            }
        }
        return table + number(0, 4) + heap(entries)
    }

    private func heap(_ entries: [(Int, Value)]) -> [UInt8] {
        entries.map { coded($0.1).2 }.filter { $0.count > 4 }.flatMap { $0 }
    }

    private func coded(_ value: Value) -> (Int, Int, [UInt8]) {
        switch value {
        case .short(let short): (3, 1, number(short, 2))
        case .long(let long): (4, 1, number(long, 4))
        case .byte(let byte): (1, 1, [byte])
        case .text(let text): (2, text.utf8.count + 1, Array(text.utf8) + [0])
        case .ratios(let ratios): (5, ratios.count, ratios.flatMap { number($0.0, 4) + number($0.1, 4) })
        case .signedRatios(let ratios): (10, ratios.count, ratios.flatMap { number($0.0, 4) + number($0.1, 4) })
        case .raw(let type, let count, let bits): (type, count, number(bits, 4))
        }
    }

    private func number(_ value: Int, _ width: Int) -> [UInt8] {
        let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBig ? bytes.reversed() : bytes
    }
}
