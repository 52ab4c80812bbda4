import AgBase
import AgModel
import Synchronization

/// When tokens were last used, as far as it is not written yet. Calls only leave a note here: none of them waits for the
/// writer, which a full disk or a backup may hold up.
final class TokenUses: Sendable {
    private let notes = Mutex<[TokenID: Timestamp]>([:])

    func note(_ id: TokenID, at moment: Timestamp) {
        notes.withLock { $0[id] = max($0[id] ?? moment, moment) }
    }

    /// The latest use that is known.
    func latest(_ id: TokenID, _ written: Timestamp?) -> Timestamp? {
        let noted = notes.withLock { $0[id] }
        return noted.map { max($0, written ?? $0) } ?? written
    }

    /// Those that wait to be written; they are not notes any more then.
    func take() -> [TokenID: Timestamp] {
        notes.withLock { notes in
            defer { notes = [:] }
            return notes
        }
    }
}
