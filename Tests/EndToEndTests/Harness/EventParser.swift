/// Server-sent events out of bytes, with or without chunked coding around them.
struct EventParser: Sendable {
    private var raw: [UInt8]
    private var lines: [UInt8] = []
    private let isChunked: Bool
    private var current = EventStream.Event()
    private var hasData = false
    /// The last chunk was there: the server has ended the stream, and may keep the connection.
    private(set) var hasEnded = false

    init(rest: [UInt8], isChunked: Bool) {
        raw = rest
        self.isChunked = isChunked
    }

    mutating func add(_ bytes: [UInt8]) { raw += bytes }

    /// The events that are complete.
    mutating func take() -> [EventStream.Event] {
        unwrap()
        var events: [EventStream.Event] = []
        while let end = lines.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: lines[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            lines.removeFirst(end + 1)
            if let event = read(line) { events.append(event) }
        }
        return events
    }

    private mutating func unwrap() {
        guard isChunked else {
            lines += raw
            raw = []
            return
        }
        while let end = raw.firstRange(of: [13, 10]),
            let count = Int(String(decoding: raw[..<end.lowerBound], as: UTF8.self), radix: 16),
            raw.count >= end.upperBound + count + 2
        {
            if count == 0 { hasEnded = true }
            lines += raw[end.upperBound..<end.upperBound + count]
            raw.removeFirst(end.upperBound + count + 2)
        }
    }

    /// An empty line ends an event; one without data is none.
    private mutating func read(_ line: String) -> EventStream.Event? {
        if line.isEmpty {
            defer {
                current = EventStream.Event()
                hasData = false
            }
            return hasData ? current : nil
        }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? (parts[1].hasPrefix(" ") ? String(parts[1].dropFirst()) : String(parts[1])) : ""
        switch parts[0] {
        case "id": current.id = Int64(value)
        case "event": current.type = value
        case "data":
            current.data += hasData ? "\n\(value)" : value
            hasData = true
        default: break
        }
        return nil
    }
}
