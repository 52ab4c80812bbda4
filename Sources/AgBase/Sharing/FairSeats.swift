import Synchronization

/// A number of seats that no caller can take all of: each may have a part of what is free, so that there is always one
/// for the next.
///
/// Dynamic thresholds (Choudhury, Hahne 1998): a caller alone may hold two thirds of the seats, one that comes second two
/// thirds of the rest, and so on. The first seats of a caller are sure, also when the number is reached, up to `most` seats
/// in all. Pure.
package struct FairSeats: Sendable {
    /// The seats that are shared.
    package let limit: Int
    /// The most that are ever taken, the sure ones of newcomers included.
    package let most: Int
    package private(set) var total = 0
    private let sure: Int
    private var groups: [String: Int] = [:]
    private var callers: [Caller: Int] = [:]

    /// - Parameter most: twice `limit` unless each seat stands for something of which there is only so much.
    package init(_ limit: Int, most: Int? = nil) {
        self.limit = limit
        self.most = max(limit, most ?? 2 * limit)
        sure = limit >= 8 ? 2 : 1
    }

    /// Takes a seat. False when there is none for this caller.
    package mutating func take(_ caller: Caller) -> Bool {
        guard mayTake(caller) else { return false }
        groups[caller.group, default: 0] += 1
        callers[caller, default: 0] += 1
        total += 1
        return true
    }

    package mutating func free(_ caller: Caller) {
        guard let taken = callers[caller], let ofGroup = groups[caller.group] else { return }
        callers[caller] = taken > 1 ? taken - 1 : nil
        groups[caller.group] = ofGroup > 1 ? ofGroup - 1 : nil
        total -= 1
    }

    private func mayTake(_ caller: Caller) -> Bool {
        let group = groups[caller.group] ?? 0
        let own = callers[caller] ?? 0
        if group < sure { return total < most }
        let free = limit - total
        if own < sure { return free > 0 }
        return group < 4 * free && own < 2 * free
    }
}

/// Seats that many threads take, each of them held by an object that frees it.
package final class SharedSeats: Sendable {
    private let seats: Mutex<FairSeats>

    package init(_ seats: FairSeats) {
        self.seats = Mutex(seats)
    }

    /// For what there is only so much of: never more than `most` seats, and an eighth of them for callers that have none yet, so
    /// that no caller can take all of them.
    package convenience init(most: Int) {
        self.init(FairSeats(max(1, most - most / 8), most: most))
    }

    /// A seat for as long as it is referred to; `nil` when there is none for this caller.
    package func take(_ caller: Caller) -> Seat? {
        guard seats.withLock({ $0.take(caller) }) else { return nil }
        return Seat { [self] in seats.withLock { $0.free(caller) } }
    }
}

/// A place that one call holds; free again when the last reference goes.
package final class Seat: Sendable {
    private let leave: @Sendable () -> Void

    package init(_ leave: @escaping @Sendable () -> Void) {
        self.leave = leave
    }

    deinit {
        leave()
    }
}
