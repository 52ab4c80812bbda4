/// Lines that wait to be written, up to a limit. What comes while it is full is dropped, counted, and reported in its place.
struct LineBuffer {
    /// A line to write, and how many lines are lost when it cannot be written: a report stands for those it counts.
    struct Entry {
        let bytes: [UInt8]
        let lineCount: Int
    }

    private let mostBytes: Int
    /// Makes the line that reports how many were dropped.
    private let report: @Sendable (Int) -> [UInt8]
    private var lines: [Entry] = []
    private var byteCount = 0
    private var dropped = 0

    init(mostBytes: Int, report: @escaping @Sendable (Int) -> [UInt8]) {
        self.mostBytes = mostBytes
        self.report = report
    }

    var isEmpty: Bool { lines.isEmpty && dropped == 0 }

    /// A full buffer takes lines again when half of it is free, so that reports do not alternate with single lines.
    mutating func add(_ line: [UInt8]) {
        let limit = dropped > 0 ? mostBytes / 2 : mostBytes
        guard byteCount + line.count <= limit else {
            dropped += 1
            return
        }
        reportDropped()
        append(line, standingFor: 1)
    }

    /// Lines that were taken and could not be written.
    mutating func lose(_ count: Int) {
        dropped += count
    }

    /// Everything that waits, in order, the report of dropped lines at its place.
    mutating func takeAll() -> [Entry] {
        reportDropped()
        defer {
            lines = []
            byteCount = 0
        }
        return lines
    }

    private mutating func reportDropped() {
        guard dropped > 0 else { return }
        append(report(dropped), standingFor: dropped)
        dropped = 0
    }

    private mutating func append(_ line: [UInt8], standingFor lineCount: Int) {
        lines.append(Entry(bytes: line, lineCount: lineCount))
        byteCount += line.count
    }
}
