import AgBase
import AgModel
import Synchronization

/// How many uploads of one grant are under way: a URL that is good for one picture must not fill the disk with many
/// at once. Two, so that a client whose connection broke off can begin again before we notice.
final class GrantSeats: Sendable {
    static let most = 2

    private let taken = Mutex<[UploadGrantID: Int]>([:])

    /// Throws `Fault` 429 `grant-busy`. The seat is free again when the last reference to it goes.
    func take(_ id: UploadGrantID) throws(Fault) -> Seat {
        let isFree = taken.withLock { taken in
            guard taken[id, default: 0] < Self.most else { return false }
            taken[id, default: 0] += 1
            return true
        }
        guard isFree else {
            throw Fault(
                .tooManyRequests, "grant-busy", "This upload URL is being used already; wait for that to end.",
                retryAfter: .seconds(2))
        }
        return Seat { [self] in free(id) }
    }

    private func free(_ id: UploadGrantID) {
        taken.withLock { taken in
            let left = taken[id, default: 0] - 1
            taken[id] = left > 0 ? left : nil
        }
    }
}
