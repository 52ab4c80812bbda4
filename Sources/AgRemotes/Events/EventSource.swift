package import AgBase

/// The server answered a request for events with something else.
package struct EventsRefused: Error, Sendable {
    package let answer: RemoteAnswer
}

/// An event stream that is opened again when it breaks off, from the last event that came.
///
/// A slow reader slows the server down, which may drop it then: it reconnects and gets what it missed.
package struct EventSource: AsyncSequence, Sendable {
    package typealias Element = StreamedEvent

    private let client: RemoteClient
    private let request: RemoteRequest
    /// `nil` ends the sequence with the first connection.
    private let reconnection: EventReconnection?
    private let time: any TimeSource
    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - request: its idle limit must be longer than the server's heartbeat.
    ///   - reconnection: `nil` to end with the first connection: normally when the server ends it, else with its error.
    package init(
        _ client: RemoteClient, _ request: RemoteRequest, reconnection: EventReconnection? = EventReconnection(),
        time: any TimeSource = SystemTime(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.client = client
        self.request = request
        self.reconnection = reconnection
        self.time = time
        self.sleep = sleep
    }

    package func makeAsyncIterator() -> Iterator { Iterator(source: self, reconnection: reconnection) }

    /// Throws `EventsRefused`, `RemoteError`, `CancellationError`.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: EventSource
        fileprivate var reconnection: EventReconnection?
        private var body: ResponseBody.Iterator?
        private var parser = EventStreamParser()
        private var waiting: ArraySlice<StreamedEvent> = []

        fileprivate init(source: EventSource, reconnection: EventReconnection?) {
            self.source = source
            self.reconnection = reconnection
        }

        package mutating func next() async throws -> StreamedEvent? {
            while true {
                if let event = waiting.popFirst() { return took(event) }
                do {
                    guard body != nil else { return took(try await open()) }
                    if let bytes = try await body?.next() {
                        waiting = try parser.feed(bytes)[...]
                        continue
                    }
                    body = nil
                    guard try await mayReopen(after: .broken(nil)) else { return nil }
                } catch let error as RemoteError {
                    body = nil
                    guard try await mayReopen(after: .broken(error)) else { throw error }
                } catch let refused as EventsRefused {
                    let headers = refused.answer.headers
                    let asked = RetryAfter.duration(headers["Retry-After"], now: source.time.now())
                    guard try await mayReopen(after: .refused(status: refused.answer.status, retryAfter: asked)) else {
                        throw refused
                    }
                }
            }
        }

        private mutating func took(_ event: StreamedEvent) -> StreamedEvent {
            reconnection?.take(event, retry: parser.retry)
            return event
        }

        private mutating func open() async throws -> StreamedEvent {
            var request = source.request
            request.headers["Accept"] = "text/event-stream"
            if let id = reconnection?.lastID { request.headers["Last-Event-ID"] = id }
            let response = try await source.client.send(request)
            let isStream = response.headers["Content-Type"]?.lowercased().hasPrefix("text/event-stream") ?? false
            guard response.status == 200, isStream else {
                throw EventsRefused(answer: try await response.start(atMost: 64 << 10))
            }
            parser = EventStreamParser()
            body = response.body.makeAsyncIterator()
            return .opened
        }

        private mutating func mayReopen(after ending: EventReconnection.Ending) async throws -> Bool {
            let decision = reconnection?.decision(after: ending, chance: .random(in: 0...1))
            guard case .reconnect(let pause)? = decision else { return false }
            try await source.sleep(pause)
            return true
        }
    }
}
