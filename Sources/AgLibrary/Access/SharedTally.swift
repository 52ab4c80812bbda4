import AgSQL
import Synchronization

/// Counts per key that all processes of an installation keep together: what one of them counts, the others add to their own
/// within `delay` and the notices' way.
///
/// Without other processes it costs nothing. It is not exact: what several processes admit within that time adds up.
package final class SharedTally: Sendable {
    /// How long counts are collected before they are sent.
    static let delay: Duration = .milliseconds(200)
    /// Keys in one round; what comes beyond is not shared.
    private static let capacity = 10_000

    private let notices: Notices
    private let topic: NoticeTopic
    private let waiting = Mutex<[String: Int]>([:])

    init(_ topic: NoticeTopic, _ notices: Notices) {
        self.topic = topic
        self.notices = notices
    }

    /// Counts one more. `key` has no blank, and is made only when another server has to be notified; `nil` is not shared.
    package func add(_ key: @autoclosure () -> String?) {
        guard notices.hasOthers, let key = key() else { return }
        let isFirst = waiting.withLock { waiting in
            defer { if waiting.count < Self.capacity || waiting[key] != nil { waiting[key, default: 0] += 1 } }
            return waiting.isEmpty
        }
        // Ends by itself after one round.
        if isFirst { Task { await sendSoon() } }
    }

    /// Calls `body` with what other processes have counted.
    package func whenOthersAdd(_ body: @escaping @Sendable (_ key: String, _ count: Int) -> Void) {
        notices.subscribe(to: topic) { arrival in
            guard case .text(let text) = arrival, let blank = text.firstIndex(of: " "),
                let count = Int(text[..<blank]), count > 0
            else { return }
            body(String(text[text.index(after: blank)...]), count)
        }
    }

    private func sendSoon() async {
        try? await Task.sleep(for: Self.delay)
        let counts = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        for (key, count) in counts { notices.sendToOthers(Notice(topic, "\(count) \(key)")) }
    }
}

extension Access {
    /// Requests that were counted against a caller's limit.
    package var requestTally: SharedTally { SharedTally(NoticeTopic("requests", .afterCommit), notices) }
    /// Guesses at secrets that failed.
    package var guessTally: SharedTally { SharedTally(NoticeTopic("guesses", .afterCommit), notices) }
}
