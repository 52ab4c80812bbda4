/// The bytes of an item from its begin to its end, which may lie in several runs of the file.
struct HEIFItemBytes {
    private let file: ByteView
    private var runs: ArraySlice<Range<Int>>
    /// Bytes that are left.
    private(set) var count: Int

    init(_ file: ByteView, _ runs: [Range<Int>]) {
        self.file = file
        self.runs = runs.map { $0.clamped(to: 0..<file.count) }.filter { !$0.isEmpty }[...]
        count = self.runs.reduce(0) { $0 + $1.count }
    }

    mutating func next() -> UInt8? {
        guard let run = runs.first else { return nil }
        defer { skip(1) }
        return file[run.lowerBound]
    }

    mutating func number(_ width: Int) -> Int? {
        guard count >= width else { return nil }
        return (0..<width).reduce(0) { value, _ in value << 8 | Int(next() ?? 0) }
    }

    /// A number in `leb128` of AV1 (section 4.10.5): seven bits a byte, the lowest first.
    mutating func shortened() -> Int? {
        var value = 0
        for index in 0..<8 {
            guard let byte = next() else { return nil }
            value |= Int(byte & 127) << (7 * index)
            if byte < 128 { return value }
        }
        return nil
    }

    mutating func skip(_ length: Int) {
        var left = min(max(0, length), count)
        count -= left
        while left > 0, let run = runs.first {
            let step = min(left, run.count)
            runs[runs.startIndex] = run.lowerBound + step..<run.upperBound
            if step == run.count { runs.removeFirst() }
            left -= step
        }
    }

    /// A copy of the next bytes, at most `length`.
    func peek(_ length: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for run in runs where bytes.count < length {
            bytes += file.copy(at: run.lowerBound, min(run.count, length - bytes.count))
        }
        return bytes
    }
}
