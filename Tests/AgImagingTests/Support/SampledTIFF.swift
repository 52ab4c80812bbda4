/// A TIFF of the four quarters, written without a library: any number of samples of any kind.
struct SampledTIFF {
    var photometric = 2
    var bits = 8
    /// 1 unsigned, 2 signed, 3 floating-point.
    var sampleFormat = 1
    /// ExtraSamples: 0 unspecified, 1 premultiplied alpha, 2 alpha.
    var extras: [Int]?
    var isBigEndian = false
    /// One plane for each sample instead of one pixel after the other.
    var isPlanar = false
    var others: [(tag: Int, type: Int, values: [Int])] = []

    /// `quarters` are the samples as whole numbers, of floating-point ones their bits.
    func file(_ quarters: [[Int]]) -> [UInt8] {
        let samples = quarters[0].count
        let planes = (isPlanar ? (0..<samples).map { [$0] } : [Array(0..<samples)]).map { plane($0, quarters) }
        let start = 8 + planes.reduce(0) { $0 + $1.count }
        var offsets: [Int] = []
        for plane in planes { offsets.append((offsets.last ?? 8) + (offsets.isEmpty ? 0 : plane.count)) }
        var entries: [(tag: Int, type: Int, values: [Int])] = [
            (256, 4, [Quarters.width]), (257, 4, [Quarters.height]), (258, 3, Array(repeating: bits, count: samples)),
            (259, 3, [1]), (262, 3, [photometric]), (273, 4, offsets), (277, 3, [samples]), (278, 4, [Quarters.height]),
            (279, 4, planes.map(\.count)), (284, 3, [isPlanar ? 2 : 1]),
            (339, 3, Array(repeating: sampleFormat, count: samples)),
        ]
        if let extras { entries.append((338, 3, extras)) }
        let directory = directory((entries + others).sorted { $0.tag < $1.tag }, at: start)
        return (isBigEndian ? [0x4D, 0x4D] : [0x49, 0x49]) + number(42, 2) + number(start, 4)
            + planes.flatMap { $0 } + directory
    }

    private func plane(_ samples: [Int], _ quarters: [[Int]]) -> [UInt8] {
        let pixels = quarters.map { quarter in samples.flatMap { number(quarter[$0], bits / 8) } }
        var bytes: [UInt8] = []
        for y in 0..<Quarters.height { for x in 0..<Quarters.width { bytes += pixels[Quarters.index(x, y)] } }
        return bytes
    }

    private func directory(_ entries: [(tag: Int, type: Int, values: [Int])], at start: Int) -> [UInt8] {
        var table = number(entries.count, 2)
        var heap: [UInt8] = []
        let end = start + 2 + 12 * entries.count + 4
        for entry in entries {
            let width = [3: 2, 4: 4, 5: 4, 7: 1][entry.type]!
            let values = entry.values.flatMap { number($0, width) }
            table +=
                number(entry.tag, 2) + number(entry.type, 2) + number(entry.values.count / (entry.type == 5 ? 2 : 1), 4)
            if values.count <= 4 {
                table += values + [UInt8](repeating: 0, count: 4 - values.count)
            } else {
                table += number(end + heap.count, 4)
                heap += values
            }
        }
        return table + number(0, 4) + heap
    }

    private func number(_ value: Int, _ width: Int) -> [UInt8] {
        let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
    }
}
