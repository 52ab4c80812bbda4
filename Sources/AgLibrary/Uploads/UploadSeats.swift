import AgBase
import Synchronization

/// How many calls may upload at a time. Each holds two descriptors at most, for the file it writes and for the child that
/// looks at it; these are set aside for `most` calls and no more. An eighth of the seats is for callers that have none yet, so
/// that no caller can take all of them.
final class UploadSeats: Sendable {
    private let seats: Mutex<FairSeats>

    init(_ most: Int) {
        seats = Mutex(FairSeats(max(1, most - most / 8), most: most))
    }

    func take(_ caller: Caller) throws(Fault) -> Seat {
        guard seats.withLock({ $0.take(caller) }) else {
            throw Fault(
                .unavailable, "uploads-busy",
                "As many uploads of this caller are under way as one may have; send this one again after Retry-After.",
                retryAfter: .seconds(2))
        }
        return Seat { [self] in seats.withLock { $0.free(caller) } }
    }
}
