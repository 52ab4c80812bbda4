/// Prepared statements by their text; the one used longest ago goes first.
///
/// A statement is taken out while it runs, so that the same text run inside its own loop gets another one.
struct StatementCache {
    private var idle: [String: (statement: SQLiteStatement, used: UInt64)] = [:]
    private var clock: UInt64 = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { idle.count }

    mutating func take(_ text: String) -> SQLiteStatement? {
        idle.removeValue(forKey: text)?.statement
    }

    mutating func put(_ statement: SQLiteStatement) {
        clock += 1
        idle[statement.text] = (statement, clock)
        guard idle.count > capacity, let oldest = idle.min(by: { $0.value.used < $1.value.used }) else { return }
        idle[oldest.key] = nil
    }

    mutating func removeAll() {
        idle.removeAll()
    }
}
