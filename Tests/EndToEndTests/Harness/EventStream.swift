import AgBase
import AgTesting

/// The server's live events as they come in, for as long as this lives.
final class EventStream: Sendable {
    struct Event: Sendable {
        var id: Int64?
        var type = "message"
        var data = ""

        var json: JSONValue { (try? JSONValue.read(data)) ?? .null }
        var imageID: String? { json["imageId"]?.string }
    }

    private struct State: Sendable {
        var events: [Event] = []
        var ending: String?
        /// How many of the events were held against the contract.
        var checked = 0
    }

    private let connection: Connection
    private let state: Monitor<State>

    /// Returns when the server has begun to answer.
    static func open(
        _ client: Client, _ query: String = "", headers: KeyValuePairs<String, String> = [:]
    ) async throws -> EventStream {
        let connection = try await Connection.open(client.port)
        let target = "/api/events" + (query.isEmpty ? "" : "?\(query)")
        try await connection.send(client.request("GET", target, headers: headers))
        var rest: [UInt8] = []
        while true {
            let piece = try await connection.bytes()
            guard !piece.isEmpty else { throw HarnessFailure("The event stream was closed before it began.") }
            rest += piece
            if let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
                guard head.hasPrefix("HTTP/1.1 200"), head.lowercased().contains("text/event-stream") else {
                    throw HarnessFailure("No event stream: \(String(decoding: rest, as: UTF8.self).prefix(600))")
                }
                return EventStream(
                    connection,
                    EventParser(rest: Array(rest[end.upperBound...]), isChunked: head.lowercased().contains("chunked")))
            }
        }
    }

    private init(_ connection: Connection, _ parser: EventParser) {
        self.connection = connection
        let state = Monitor(State())
        self.state = state
        NamedThread.start("events") { Self.run(connection, parser, state) }
    }

    deinit {
        connection.hangUp()
    }

    func close() { connection.hangUp() }

    /// All that came so far.
    var all: [Event] { state.current.events }

    /// Whether the server has closed it.
    var hasEnded: Bool { state.current.ending != nil }

    /// The first event, past or future, that fits.
    func first(within limit: Duration = .seconds(60), where fits: @escaping @Sendable (Event) -> Bool) async throws
        -> Event
    {
        try await when(within: limit) { $0.first(where: fits) }
    }

    /// What `look` finds in the events, as soon as it finds something.
    func when<Result: Sendable>(
        within limit: Duration = .seconds(60), _ look: @escaping @Sendable ([Event]) -> Result?
    ) async throws -> Result {
        let deadline = Deadline.within(limit)
        let state = state
        let found: Result? = try await Harness.threads.run {
            try state.wait(until: deadline) { state in
                if let found = look(state.events) { return found }
                if let ending = state.ending { throw HarnessFailure("The event stream ended: \(ending)") }
                return nil
            }
        }
        checkContract()
        guard let found else {
            let seen = all.suffix(12).map { "\($0.type) \($0.data)" }.joined(separator: "\n")
            throw HarnessFailure("The event did not come within \(limit). The last that came:\n\(seen)")
        }
        return found
    }

    private func checkContract() {
        let fresh = state.change { state in
            defer { state.checked = state.events.count }
            return state.events[state.checked...]
        }
        for event in fresh { expectContract(ContractCheck.faults(event: event.type, data: event.data)) }
    }

    private static func run(_ connection: Connection, _ parser: EventParser, _ state: Monitor<State>) {
        var parser = parser
        state.change { $0.events += parser.take() }
        do {
            while !parser.hasEnded, let piece = try connection.nextBlocking(), !piece.isEmpty {
                parser.add(piece)
                state.change { $0.events += parser.take() }
            }
            state.change { $0.ending = "the server ended it" }
        } catch {
            state.change { $0.ending = "\(error)" }
        }
    }
}
