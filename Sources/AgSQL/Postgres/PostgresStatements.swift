/// The statements that one connection has prepared, by their text and the types of their values; the one used longest ago
/// goes first.
struct PostgresStatements {
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    private struct Entry {
        let name: String
        var used: UInt64
    }

    private var entries: [Key: Entry] = [:]
    private var clock: UInt64 = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { entries.count }

    mutating func use(_ key: Key) -> String? {
        clock += 1
        entries[key]?.used = clock
        return entries[key]?.name
    }

    /// Names are never used twice, so that a statement that failed to be prepared leaves nothing to mix up.
    mutating func newName() -> String {
        clock += 1
        return "s\(clock)"
    }

    mutating func prepare(_ key: Key, _ name: String) {
        entries[key] = Entry(name: name, used: clock)
    }

    mutating func forget(_ key: Key) {
        entries[key] = nil
    }

    /// Makes room for one more. Returns the name of what has to go, or `nil` when there is room.
    mutating func evict() -> String? {
        guard entries.count >= capacity, let oldest = entries.min(by: { $0.value.used < $1.value.used }) else {
            return nil
        }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}
