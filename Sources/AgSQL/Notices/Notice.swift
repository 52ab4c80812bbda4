/// A short message to every part of the program that subscribed to its topic, in all processes that share the database.
///
/// Notices only make things quick and are not durable: a subscriber learns by `NoticeArrival.missed` when some may have been
/// lost, and reads its rows again.
package struct Notice: Sendable, Hashable {
    package let topic: NoticeTopic
    /// An id, a name, a short JSON text; may be empty. See `NoticePayload.mostText`.
    package let text: String

    package init(_ topic: NoticeTopic, _ text: String = "") {
        self.topic = topic
        self.text = text
    }
}

/// What a notice is about. Each constant lives with the part that sends it.
package struct NoticeTopic: Sendable, Hashable {
    /// When the subscribers of the process that commits are called; other processes get the notice as soon as they can.
    package enum Moment: Sendable {
        /// Before the writer's caller has its answer: for caches. All writers wait, so a subscriber only takes a lock and returns.
        case beforeAnswer
        /// After it, on the thread of the hooks: for waking tasks.
        case afterCommit
    }

    /// Kebab-case, at most 15 bytes, so that it needs no memory of its own.
    package let name: String
    package let moment: Moment

    package init(_ name: String, _ moment: Moment) {
        self.name = name
        self.moment = moment
    }

    package static func == (a: NoticeTopic, b: NoticeTopic) -> Bool { a.name == b.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What a subscriber is called with.
package enum NoticeArrival: Sendable, Hashable {
    case text(String)
    /// Notices of other processes may have been lost: the connection that brings them broke or was made again. Whatever the
    /// subscriber knows from notices alone is to be read again or forgotten.
    case missed
}
