internal import AgBase

/// The statements that one connection has prepared, by their text and the types of their values; the one used longest ago
/// goes first.
struct PostgresStatements {
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    private var names: RecentlyUsed<Key, String>
    private var named: UInt64 = 0

    init(capacity: Int) {
        names = RecentlyUsed(budget: max(1, capacity))
    }

    var count: Int { names.count }

    mutating func use(_ key: Key) -> String? { names.value(for: key) }

    /// Names are never used twice, so that a statement that failed to be prepared leaves nothing to mix up.
    mutating func newName() -> String {
        named += 1
        return "s\(named)"
    }

    mutating func prepare(_ key: Key, _ name: String) {
        _ = names.insert(name, for: key, weight: 1)
    }

    mutating func forget(_ key: Key) {
        _ = names.remove(key)
    }

    /// Makes room for one more. Returns the name of what has to go, or `nil` when there is room.
    mutating func evict() -> String? {
        names.count < names.budget ? nil : names.removeOldest()?.value
    }
}
