/// Items that wait for their turn, in an order that gives every caller the same share of time.
///
/// Start-time fair queueing (Goyal, Vin, Cheng 1996) in two levels: the next item belongs to the group that has used
/// the least time, and in it to the member that has. Among equals it is round robin, and the items of one caller keep
/// their order. A caller that comes back keeps its debt, so that one that sends a slow item after the other always
/// waits behind those that send quick ones. Pure: time is what `ended` reports.
package struct FairLine<Item> {
    private var groups = TimeShares()
    private var members: [String: TimeShares] = [:]
    private var items: [Caller: [Item]] = [:]
    /// What an item is charged when it begins; corrected when it ends.
    private let estimate: Duration

    package private(set) var count = 0

    /// Callers whose use is remembered, for tests.
    package var rememberedCount: Int { groups.count + members.values.reduce(0) { $0 + $1.count } }

    package init(estimate: Duration = .milliseconds(50)) {
        self.estimate = estimate
    }

    package mutating func add(_ item: Item, for caller: Caller) {
        items[caller, default: []].append(item)
        groups.wait(caller.group)
        members[caller.group, default: TimeShares()].wait(caller.member)
        count += 1
    }

    /// The next item, charged with the estimate until `ended` is called for its caller.
    package mutating func next() -> (item: Item, caller: Caller)? {
        guard let group = groups.next(), let member = members[group]?.next() else { return nil }
        let caller = Caller(group, member: member)
        guard let item = take(caller) else { return nil }
        groups.begin(group, estimate)
        members[group]?.begin(member, estimate)
        count -= 1
        return (item, caller)
    }

    /// An item that `next` gave out has ended after so much time. To be called once for each.
    package mutating func ended(_ caller: Caller, used: Duration) {
        groups.end(caller.group, used - estimate)
        members[caller.group]?.end(caller.member, used - estimate)
        forgetMembers(of: caller.group)
    }

    /// Takes out, and returns with its caller, what is not waited for any more; callers are not charged for it.
    ///
    /// - Parameter isGone: asked once for each item: its answer may change at any moment.
    package mutating func remove(where isGone: (Item) -> Bool) -> [(item: Item, caller: Caller)] {
        var gone: [(item: Item, caller: Caller)] = []
        for (caller, waiting) in items {
            var kept: [Item] = []
            for item in waiting {
                if isGone(item) { gone.append((item, caller)) } else { kept.append(item) }
            }
            for _ in kept.count..<waiting.count { forget(caller) }
            items[caller] = kept.isEmpty ? nil : kept
        }
        count -= gone.count
        return gone
    }

    private mutating func forget(_ caller: Caller) {
        groups.leave(caller.group)
        members[caller.group]?.leave(caller.member)
        forgetMembers(of: caller.group)
    }

    /// Members are remembered no longer than their group.
    private mutating func forgetMembers(of group: String) {
        if members[group]?.isEmpty == true { members[group] = nil }
        if members.count > groups.count { members = members.filter { groups.contains($0.key) } }
    }

    private mutating func take(_ caller: Caller) -> Item? {
        guard var waiting = items.removeValue(forKey: caller), !waiting.isEmpty else { return nil }
        let item = waiting.removeFirst()
        if !waiting.isEmpty { items[caller] = waiting }
        return item
    }
}

/// The time that each of several has used of something they share.
struct TimeShares {
    private struct Share {
        var used: Duration
        var waiting = 0
        var running = 0
        /// Orders those that have used the same time.
        var turn: Int
    }

    /// Shares that are remembered although nothing of theirs waits or runs.
    private static let mostIdle = 256
    /// A debt beyond this is waived, or a caller with bad luck would wait for ever in a line that is always busy.
    private static let mostDebt = Duration.seconds(60)

    private var shares: [String: Share] = [:]
    /// What the share had used that was served last: newcomers begin there, with neither debt nor credit.
    private var floor = Duration.zero
    private var turns = 0

    var isEmpty: Bool { shares.isEmpty }
    var count: Int { shares.count }

    func contains(_ name: String) -> Bool { shares[name] != nil }

    mutating func wait(_ name: String) {
        turns += 1
        var share = shares[name] ?? Share(used: floor, turn: turns)
        if share.waiting == 0 {
            share.turn = turns
            share.used = max(share.used, floor)
        }
        share.waiting += 1
        shares[name] = share
    }

    /// The one whose turn it is among those that wait.
    func next() -> String? {
        shares.lazy.filter { $0.value.waiting > 0 }
            .min { ($0.value.used, $0.value.turn) < ($1.value.used, $1.value.turn) }?.key
    }

    mutating func begin(_ name: String, _ cost: Duration) {
        guard var share = shares[name] else { return }
        turns += 1
        floor = max(floor, share.used)
        share.waiting -= 1
        share.running += 1
        share.turn = turns
        share.used += cost
        shares[name] = share
    }

    /// - Parameter correction: what it used beyond the cost it was charged at the beginning.
    mutating func end(_ name: String, _ correction: Duration) {
        guard var share = shares[name] else { return }
        share.running -= 1
        share.used = min(share.used + correction, floor + Self.mostDebt)
        shares[name] = share
        forgetIdle(name)
    }

    mutating func leave(_ name: String) {
        shares[name]?.waiting -= 1
        forgetIdle(name)
    }

    /// Forgets a share that is owed nothing and owes nothing, and the smallest debt when there are too many.
    private mutating func forgetIdle(_ name: String) {
        guard let share = shares[name], share.waiting + share.running == 0 else { return }
        if share.used <= floor { shares[name] = nil }
        guard shares.count > Self.mostIdle else { return }
        let idle = shares.filter { $0.value.waiting + $0.value.running == 0 }
        if let least = idle.min(by: { $0.value.used < $1.value.used })?.key { shares[least] = nil }
    }
}

/// Who asks for work, as far as sharing it out is concerned: groups get equal shares of a queue, and the members of one
/// group equal shares of its share.
package struct Caller: Sendable, Hashable {
    package let group: String
    package let member: String

    package init(_ group: String, member: String = "") {
        self.group = group
        self.member = member
    }

    /// The program itself: checks, jobs, upkeep.
    package static let server = Caller("server")
}
