import AgBase

/// Which files a cache of so many bytes holds, and which have to go: those that nobody used for longest. Pure: it knows
/// names and sizes, and touches neither files nor a clock.
struct CacheIndex: Sendable {
    private struct Entry {
        let group: String
        let bytes: Int64
        var usedAt: Timestamp
        /// Tells uses in the same millisecond apart.
        var turn: UInt64
        /// The use that the file itself tells of.
        var markedAt: Timestamp
    }

    /// Not marked at every use: a page with a hundred pictures would cost a hundred writes each time.
    static let betweenMarks = Duration.seconds(3_600)

    let budget: Int64
    private(set) var bytes: Int64 = 0
    private var entries: [String: Entry] = [:]
    private var members: [String: Set<String>] = [:]
    private var turn: UInt64 = 0

    init(budget: Int64) {
        self.budget = budget
    }

    var count: Int { entries.count }
    var groups: [String] { Array(members.keys) }

    func contains(_ name: String) -> Bool { entries[name] != nil }

    /// Notes a file that is there, in place of what was noted under its name. Returns the files that have to go for it;
    /// the file itself when it is larger than the whole budget.
    mutating func put(_ name: String, in group: String, bytes size: Int64, usedAt: Timestamp) -> [String] {
        remove(name)
        guard size <= budget else { return [name] }
        turn += 1
        entries[name] = Entry(group: group, bytes: size, usedAt: usedAt, turn: turn, markedAt: usedAt)
        members[group, default: []].insert(name)
        bytes += size
        return evict()
    }

    /// Notes a use. Returns whether the file should be marked with it, so that a restart knows.
    mutating func use(_ name: String, at moment: Timestamp) -> Bool {
        guard var entry = entries[name] else { return false }
        turn += 1
        entry.usedAt = max(entry.usedAt, moment)
        entry.turn = turn
        let isDue = moment - entry.markedAt >= Self.betweenMarks
        if isDue { entry.markedAt = moment }
        entries[name] = entry
        return isDue
    }

    mutating func remove(_ name: String) {
        guard let entry = entries.removeValue(forKey: name) else { return }
        bytes -= entry.bytes
        members[entry.group]?.remove(name)
        if members[entry.group]?.isEmpty == true { members[entry.group] = nil }
    }

    /// Forgets all files of a group and returns them.
    mutating func remove(group: String) -> [String] {
        let names = Array(members[group] ?? [])
        for name in names { remove(name) }
        return names
    }

    /// Down to nine tenths at once: else a full cache would sort its entries for every new one.
    private mutating func evict() -> [String] {
        guard bytes > budget else { return [] }
        let goal = budget / 10 * 9
        var gone: [String] = []
        let oldestFirst = entries.sorted { ($0.value.usedAt, $0.value.turn) < ($1.value.usedAt, $1.value.turn) }
        // The newest stays: it is what the room is made for.
        for (name, _) in oldestFirst.dropLast() where bytes > goal {
            remove(name)
            gone.append(name)
        }
        return gone
    }
}
