import AgBase

/// Which files a cache of so many bytes holds, and which have to go: those that nobody used for longest. Pure: it knows
/// names and sizes, and touches neither files nor a clock.
struct CacheIndex: Sendable {
    /// A file from before the start.
    struct Found: Sendable {
        let name: String
        let group: String
        let bytes: Int64
        let usedAt: Timestamp
    }

    private struct Entry: Sendable {
        let group: String
        let bytes: Int
        /// The use that the file itself tells of.
        var markedAt: Timestamp
    }

    /// Not marked at every use: a page with a hundred pictures would cost a hundred writes each time.
    static let betweenMarks = Duration.seconds(3_600)

    private var entries: RecentlyUsed<String, Entry>
    private var members: [String: Set<String>] = [:]

    init(budget: Int64) {
        entries = RecentlyUsed(budget: Int(budget))
    }

    var bytes: Int64 { Int64(entries.weight) }
    var count: Int { entries.count }
    var groups: [String] { Array(members.keys) }

    func contains(_ name: String) -> Bool { entries.contains(name) }

    /// Notes a file that is there and used now, in place of what was noted under its name. Returns the files that have to go
    /// for it; the file itself when it is larger than the whole budget.
    mutating func put(_ name: String, in group: String, bytes: Int64, usedAt: Timestamp) -> [String] {
        remove(name)
        let entry = Entry(group: group, bytes: Int(bytes), markedAt: usedAt)
        list(name, entry)
        return unlisted(entries.insert(entry, for: name, weight: entry.bytes))
    }

    /// Notes files from before the start: all of them were used before those that are noted already. Returns those for which
    /// there is no room.
    mutating func add(_ found: [Found]) -> [String] {
        var gone: [String] = []
        for file in found.sorted(by: { $0.usedAt > $1.usedAt }) where !entries.contains(file.name) {
            let entry = Entry(group: file.group, bytes: Int(file.bytes), markedAt: file.usedAt)
            if entries.insertOldest(entry, for: file.name, weight: entry.bytes) {
                list(file.name, entry)
            } else {
                gone.append(file.name)
            }
        }
        return gone
    }

    /// Notes a use. Returns whether the file should be marked with it, so that a restart knows.
    mutating func use(_ name: String, at moment: Timestamp) -> Bool {
        guard var entry = entries.value(for: name), moment - entry.markedAt >= Self.betweenMarks else { return false }
        entry.markedAt = moment
        _ = entries.insert(entry, for: name, weight: entry.bytes)
        return true
    }

    mutating func remove(_ name: String) {
        if let entry = entries.remove(name) { unlist(name, entry) }
    }

    /// Forgets all files of a group and returns them.
    mutating func remove(group: String) -> [String] {
        let names = Array(members[group] ?? [])
        for name in names { remove(name) }
        return names
    }

    private mutating func unlisted(_ gone: [(key: String, value: Entry)]) -> [String] {
        for (name, entry) in gone { unlist(name, entry) }
        return gone.map(\.key)
    }

    private mutating func list(_ name: String, _ entry: Entry) {
        members[entry.group, default: []].insert(name)
    }

    private mutating func unlist(_ name: String, _ entry: Entry) {
        members[entry.group]?.remove(name)
        if members[entry.group]?.isEmpty == true { members[entry.group] = nil }
    }
}
