/// What comes over an event stream.
package enum StreamedEvent: Sendable, Hashable {
    /// The server has answered; events follow.
    case opened
    /// A comment, which the server sends now and then to show that it is there.
    case beat
    case event(type: String, data: String, id: String?)
}

/// Server-Sent Events out of pieces of bytes that end anywhere. Pure.
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream)
package struct EventStreamParser {
    private var line: [UInt8] = []
    private var type = ""
    private var data: [String] = []
    private var size = 0
    private var id: String?
    private var isFirstLine = true
    private var isBehindCR = false
    /// What the server wants to have waited before the next connection.
    private(set) var retry: Duration?

    /// A line or an event without end must not take all memory.
    package static let longest = 1 << 20

    package init() {}

    /// Throws `RemoteError` for an event that is too long.
    package mutating func feed(_ bytes: some Sequence<UInt8>) throws(RemoteError) -> [StreamedEvent] {
        var events: [StreamedEvent] = []
        for byte in bytes {
            // CR LF is one end.
            defer { isBehindCR = byte == 0x0D }
            if byte == 0x0A, isBehindCR { continue }
            if byte == 0x0A || byte == 0x0D {
                if let event = takeLine() { events.append(event) }
            } else {
                size += 1
                guard size <= Self.longest else {
                    throw RemoteError(.tooLarge, "The server sent an event without end.")
                }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func takeLine() -> StreamedEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        let isMarked = isFirstLine && line.starts(with: [0xEF, 0xBB, 0xBF])
        isFirstLine = false
        let text = line.dropFirst(isMarked ? 3 : 0)
        guard let first = text.first else { return dispatch() }
        let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
        if first == UInt8(ascii: ":") {
            size -= line.count
            return .beat
        }
        var value = text[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        take(String(decoding: text[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        return nil
    }

    private mutating func take(_ name: String, _ value: String) {
        switch name {
        case "event": type = value
        case "data": data.append(value)
        case "id" where !value.utf8.contains(0): id = value
        case "retry" where !value.isEmpty && value.utf8.allSatisfy { 48...57 ~= $0 }:
            retry = Int64(value).map { .milliseconds($0) }
        default: break
        }
    }

    private mutating func dispatch() -> StreamedEvent? {
        defer {
            type = ""
            data = []
            size = 0
        }
        guard !data.isEmpty else { return nil }
        return .event(type: type.isEmpty ? "message" : type, data: data.joined(separator: "\n"), id: id)
    }
}
