package import AgBase

/// A listener's event stream.
///
/// A listener that does not read is dropped rather than waited for: it comes back with `Last-Event-ID`.
package struct ServerSentEvents: Sendable {
    private let body: StreamBody

    /// Sends a message. Throws `StreamClosed` when the listener is gone or too slow; let it end the producer.
    package func send(_ event: ServerSentEvent) throws {
        try send(event.encoded)
    }

    /// Sends a message that was encoded once for many listeners. Throws `StreamClosed` as above.
    package func send(_ encoded: SharedBytes) throws {
        guard body.push(encoded) else { throw StreamClosed() }
    }

    /// Sends a message when there is room for it, for what can wait, such as a replay. Throws `StreamClosed` when the
    /// listener is gone, and when cancelled.
    package func sendPatiently(_ encoded: SharedBytes) async throws {
        try await body.write(encoded)
    }

    /// An answer that stays open. It says something every `heartbeat`, and ends as soon as the server stops.
    ///
    /// - Parameter producer: sends the messages; cancelled when the listener goes away, ends the stream when it returns.
    package static func response(
        heartbeat: Duration = .seconds(15), limit: Int = 256 << 10,
        producer: @escaping @Sendable (ServerSentEvents) async throws -> Void
    ) -> HTTPResponse {
        let beat = StreamBody.Heartbeat(every: heartbeat, piece: ServerSentEvent.comment("still here"))
        let body = StreamBody(limit: limit, endsOnShutdown: true, heartbeat: beat) { body in
            // The first bytes make the client's `open` event come now and not with the first message.
            body.push(ServerSentEvent.comment("open"))
            try await producer(ServerSentEvents(body: body))
        }
        let headers: HTTPHeaders = [
            "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no",
        ]
        return HTTPResponse(200, headers: headers, body: .stream(body))
    }
}
