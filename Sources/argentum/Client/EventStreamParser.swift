/// What comes over an event stream.
enum StreamedEvent: Sendable, Hashable {
    /// The server has answered; events follow.
    case opened
    /// A comment, which the server sends now and then to show that it is there.
    case beat
    case event(type: String, data: String, id: String?)
}

/// Server-Sent Events out of pieces of bytes that end anywhere
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
struct EventStreamParser {
    private var line: [UInt8] = []
    private var type = ""
    private var data: [String] = []
    private var id: String?

    /// Far more than our server's events have: a line without end must not take all memory.
    static let longestLine = 1 << 20

    /// Throws `Failure` for a line that is too long.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws -> [StreamedEvent] {
        var events: [StreamedEvent] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard line.count < Self.longestLine else {
                    throw Failure(.error, "The server sent an event without end.")
                }
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let event = take(String(decoding: line, as: UTF8.self)) { events.append(event) }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func take(_ line: String) -> StreamedEvent? {
        guard !line.isEmpty else { return dispatch() }
        if line.utf8.first == UInt8(ascii: ":") { return .beat }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1].hasPrefix(" ") ? parts[1].dropFirst() : parts[1]) : ""
        switch parts[0] {
        case "event": type = value
        case "data": data.append(value)
        case "id": id = value
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> StreamedEvent? {
        defer {
            type = ""
            data = []
        }
        guard !data.isEmpty else { return nil }
        return .event(type: type.isEmpty ? "message" : type, data: data.joined(separator: "\n"), id: id)
    }
}
