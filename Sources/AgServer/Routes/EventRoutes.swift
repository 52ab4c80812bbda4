import AgBase
import AgContract
import AgHTTP
package import AgJobs
import AgLibrary
import AgModel

/// The live stream of everything that changes.
package enum EventRoutes: ServerPart {
    package static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        addEventRoutes(to: &book, site.library.ground.events)
    }
}

package func addEventRoutes(to book: inout RouteBook, _ events: EventLog) {
    book.on(.events) { request, _ in
        let query = QueryReader(request)
        let types = try query.words("types", of: EventType.allCases.map(\.rawValue)).compactMap(
            EventType.init(rawValue:))
        let filter = EventFilter(types: types.isEmpty ? nil : Set(types), subject: try query.eventSubject())
        let subscription = try await events.subscribe(
            after: try EventStart.read(request), filter: filter, for: request.caller)
        let watch = request.attached(CredentialWatch.self)
        return ServerSentEvents.response { listener in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await tell(subscription, to: listener, watch) }
                // A stream with nothing to tell ends with its listener's token as well.
                if let watch { group.addTask { try await watch.untilEnded() } }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }
}

private func tell(
    _ subscription: EventSubscription, to listener: ServerSentEvents, _ admitted: CredentialWatch?
) async throws {
    var watch = admitted
    while let message = try await subscription.next() {
        // Before each message, not after: what happens after the revocation is not for them any more.
        guard try await watch?.isGood() ?? true else { return }
        try await send(message, to: listener, isLive: subscription.isLive)
    }
}

extension QueryReader {
    /// `subject=KIND:ID`, or `imageId=ID` for images; `nil` for events about anything.
    fileprivate func eventSubject() throws -> EventSubject? {
        let image = try id("imageId", ImageID.self)
        guard let text = try text("subject") else { return image.map { .image($0) } }
        guard image == nil else { throw Self.refuse("subject", "left out beside 'imageId'", text) }
        guard let subject = EventSubject(untrusted: text) else {
            throw Self.refuse("subject", "a kind and an id with a colon between them", text)
        }
        return subject
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

/// A replay goes as fast as the listener takes it. A live listener that does not keep up is dropped: it comes back with
/// the number of what it heard last, and gets the rest as a replay.
private func send(_ message: EventMessage, to listener: ServerSentEvents, isLive: Bool) async throws {
    if isLive { try listener.send(message.frame) } else { try await listener.sendPatiently(message.frame) }
}

extension Operation {
    fileprivate static let events = Operation(
        .get, "/api/events", "Follow everything that changes, as Server-Sent Events", tag: "Live",
        access: .scope(.read),
        parameters: [
            .query(
                "types", .string,
                "Only these types, with commas: \(LibraryParts.all.eventTypes.map(\.rawValue).joined(separator: ", "))."
            ),
            .query("imageId", .uuid, "Only events of this image."),
            .query("subject", .string, "Only events of one thing, as KIND:ID; `image:` and an id is `imageId`."),
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
