import AgBase
import AgHTTP
package import AgJobs
import AgLibrary
import AgModel

/// The live stream of everything that changes.
package func addEventRoutes(to book: inout RouteBook, _ events: EventLog) {
    book.on(.events) { request, _ in
        let query = QueryReader(request)
        let types = try query.words("types", of: EventType.allCases.map(\.rawValue)).compactMap(
            EventType.init(rawValue:))
        let filter = EventFilter(
            types: types.isEmpty ? nil : Set(types), imageID: try query.id("imageId", ImageID.self)?.text)
        let subscription = try await events.subscribe(
            after: try EventStart.read(request), filter: filter, for: request.caller)
        let admitted = request.attached(CredentialWatch.self)
        return ServerSentEvents.response { listener in
            var watch = admitted
            while let message = try await subscription.next() {
                // Before each message, not after: what happens after the revocation is not for them any more.
                guard try await watch?.isGood() ?? true else { return }
                try send(message, to: listener)
            }
        }
    }
}

/// Behind which event a stream begins; `nil` for what comes from now on.
enum EventStart {
    /// A browser that comes back says where it was; that counts more than where it first began.
    static func read(_ request: HTTPRequest) throws -> Int64? {
        guard let text = request.headers["last-event-id"], !text.isEmpty else {
            return try QueryReader(request).sequence("after")
        }
        guard let sequence = QueryReader.number(text) else {
            throw QueryReader.refuse("Last-Event-ID", "the number of an event", text)
        }
        return sequence
    }
}

private func send(_ message: EventMessage, to listener: ServerSentEvents) throws {
    switch message {
    case .event(let event): try listener.send(SharedBytes(event.frame))
    case .resync(let latest):
        try listener.send(ServerSentEvent(id: "\(latest)", event: "resync", data: #"{"latest":\#(latest)}"#))
    }
}

extension Operation {
    fileprivate static let events = Operation(
        .get, "/api/events", "Follow everything that changes, as Server-Sent Events", tag: "Live",
        access: .scope(.read),
        parameters: [
            .query(
                "types", .string,
                "Only these types, with commas: \(EventType.allCases.map(\.rawValue).joined(separator: ", "))."),
            .query("imageId", .uuid, "Only events of this image."),
            .query("after", .count, "Begin behind this event; without it, with what comes."),
            .header("Last-Event-ID", .count, "The same, sent by browsers that come back."),
        ],
        answers: [
            .text(
                200,
                "A stream that stays open. `event: resync` says that events are lost: load everything anew.",
                "text/event-stream"),
            .problem(400, "A query value is not allowed."),
        ])
}
