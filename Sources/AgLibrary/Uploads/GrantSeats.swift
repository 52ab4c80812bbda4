import AgBase
import AgJobs
import AgModel
import AgSQL
import Synchronization

/// How many uploads of one grant are under way: a URL that is good for one picture must not fill the disk with many
/// at once. Two, so that a client whose connection broke off can begin again before we notice.
///
/// Counted over all servers: each sends the others how many it has. Those that begin on several at the same moment, before the
/// notices arrive, may be more.
final class GrantSeats: Sendable {
    static let most = 2

    private struct State {
        var taken: [UploadGrantID: Int] = [:]
        /// What other servers have, by their marks.
        var elsewhere: [UploadGrantID: [String: Int]] = [:]
    }

    private let state = Mutex(State())
    private let notices: Notices
    /// Tells this server's notices apart; not a node's id, so that a new start begins with nothing.
    private let mark = UUIDv7.shared.next()

    init(_ notices: Notices) {
        self.notices = notices
        notices.subscribe(to: .grantSeats) { [weak self] arrival in
            switch arrival {
            case .text(let text): self?.note(text)
            case .missed: self?.begin()
            }
        }
        // What an ended one had, no notice will free.
        notices.subscribe(to: .nodeEnded) { [weak self] _ in self?.begin() }
    }

    /// Throws `Fault` 429 `grant-busy`. The seat is free again when the last reference to it goes.
    func take(_ id: UploadGrantID) throws(Fault) -> Seat {
        let mine = state.withLock { state -> Int? in
            let others = state.elsewhere[id]?.values.reduce(0, +) ?? 0
            guard state.taken[id, default: 0] + others < Self.most else { return nil }
            state.taken[id, default: 0] += 1
            return state.taken[id]
        }
        guard let mine else {
            throw Fault(
                .tooManyRequests, "grant-busy", "This upload URL is being used already; wait for that to end.",
                retryAfter: .seconds(2))
        }
        announce(id, mine)
        return Seat { [self] in free(id) }
    }

    private func free(_ id: UploadGrantID) {
        let left = state.withLock { state in
            let left = state.taken[id, default: 0] - 1
            state.taken[id] = left > 0 ? left : nil
            return left
        }
        announce(id, max(0, left))
    }

    // MARK: Other servers

    /// Asks the others what they have; they answer one by one.
    private static let question = "?"

    private func announce(_ id: UploadGrantID, _ count: Int) {
        notices.sendToOthers(Notice(.grantSeats, "\(mark) \(count) \(id)"))
    }

    private func begin() {
        state.withLock { $0.elsewhere = [:] }
        notices.sendToOthers(Notice(.grantSeats, Self.question))
        answer()
    }

    private func answer() {
        for (id, count) in state.withLock(\.taken) { announce(id, count) }
    }

    private func note(_ text: String) {
        if text == Self.question { return answer() }
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 3, words[0] != mark, let count = Int(words[1]), let id = UploadGrantID(untrusted: words[2])
        else { return }
        state.withLock { state in
            state.elsewhere[id, default: [:]][words[0]] = count > 0 ? count : nil
            if state.elsewhere[id]?.isEmpty == true { state.elsewhere[id] = nil }
        }
    }
}

extension NoticeTopic {
    /// How many uploads of a grant a server has under way.
    static let grantSeats = NoticeTopic("grant-seats", .afterCommit)
}
