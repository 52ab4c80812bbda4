internal import AgBase

/// Prepared statements by their text; the one used longest ago goes first.
///
/// A statement is taken out while it runs, so that the same text run inside its own loop gets another one.
struct StatementCache {
    private var idle: RecentlyUsed<String, SQLiteStatement>

    init(capacity: Int) {
        idle = RecentlyUsed(budget: max(1, capacity))
    }

    var count: Int { idle.count }

    mutating func take(_ text: String) -> SQLiteStatement? {
        idle.remove(text)
    }

    mutating func put(_ statement: SQLiteStatement) {
        _ = idle.insert(statement, for: statement.text, weight: 1)
    }

    mutating func removeAll() {
        _ = idle.removeAll()
    }
}
