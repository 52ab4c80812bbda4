package import AgBase
package import AgModel

/// One entry of the log, or a live message that has no number and is not kept.
package struct Event: Sendable {
    package let sequence: Int64?
    package let type: EventType
    /// What it is about, if it is about one thing.
    package let subject: EventSubject?
    /// The text of a JSON object.
    package let data: String
    package let at: Timestamp
    /// The entry as a Server-Sent Event, encoded once for all who listen.
    package let frame: SharedBytes

    package init(sequence: Int64?, type: EventType, subject: EventSubject?, data: String, at: Timestamp) {
        self.sequence = sequence
        self.type = type
        self.subject = subject
        self.data = data
        self.at = at
        frame = ServerSentEvent(id: sequence.map { "\($0)" }, event: type.rawValue, data: data).encoded
    }
}

/// What a subscriber hears.
package enum EventMessage: Sendable {
    case event(Event)
    /// Some events are gone or were too many: load everything anew, then go on after `latest`.
    case resync(latest: Int64)

    /// As sent.
    package var frame: SharedBytes {
        switch self {
        case .event(let event): event.frame
        case .resync(let latest):
            ServerSentEvent(id: "\(latest)", event: "resync", data: Self.resyncData(latest).text).encoded
        }
    }

    private static func resyncData(_ latest: Int64) -> JSONValue { ["latest": .int(latest)] }
}

/// Which events a subscriber wants; `nil` means all.
package struct EventFilter: Sendable {
    package var types: Set<EventType>?
    package var subject: EventSubject?

    package init(types: Set<EventType>? = nil, subject: EventSubject? = nil) {
        self.types = types
        self.subject = subject
    }

    func wants(_ event: Event) -> Bool {
        if let types, !types.contains(event.type) { return false }
        return subject == nil || subject == event.subject
    }
}

/// An event without a number on its way between processes: three lines, the last of which may hold further ones.
enum LiveEvent {
    static func text(_ type: EventType, _ subject: EventSubject?, _ data: String) -> String {
        "\(type.rawValue)\n\(subject?.description ?? "")\n\(data)"
    }

    /// `nil` for a type that this program does not know.
    static func read(_ text: String, at moment: Timestamp) -> Event? {
        let lines = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, let type = EventType(rawValue: String(lines[0])) else { return nil }
        let subject = EventSubject(untrusted: String(lines[1]))
        return Event(sequence: nil, type: type, subject: subject, data: String(lines[2]), at: moment)
    }
}
