/// What differs between the databases in the text of a statement.
package enum SQLDialect: Sendable, Hashable, CaseIterable {
    case sqlite
    case postgres

    /// The mark for the `number`th value, counted from 1.
    package func placeholder(_ number: Int) -> String {
        self == .sqlite ? "?" : "$\(number)"
    }

    /// 64 bits with sign; also for booleans (0 or 1) and moments (milliseconds since 1970).
    package var integer: String { self == .sqlite ? "INTEGER" : "BIGINT" }

    /// A double.
    package var real: String { self == .sqlite ? "REAL" : "DOUBLE PRECISION" }

    package var text: String { "TEXT" }

    package var blob: String { self == .sqlite ? "BLOB" : "BYTEA" }

    /// A primary key that counts up and never gives a number twice, also after its row is deleted.
    package var countingKey: String {
        switch self {
        case .sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT"
        case .postgres: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        }
    }

    /// Stands behind `CREATE TABLE t (…)`: makes SQLite hold columns to their types as PostgreSQL does.
    package var tableOptions: String { self == .sqlite ? " STRICT" : "" }

    /// A list for `IN` without members. PostgreSQL takes an untyped NULL for text, which compares with text alone.
    func emptyList(of shape: SQLShape) -> String {
        switch self {
        case .sqlite: "(SELECT NULL WHERE 1 = 0)"
        case .postgres: "(SELECT NULL::\(type(of: shape)) WHERE FALSE)"
        }
    }

    private func type(of shape: SQLShape) -> String {
        switch shape {
        case .integer: integer
        case .real: real
        case .text: text
        case .blob: blob
        }
    }

    /// A query with one row when the table exists.
    package func tableExists(_ name: String) -> SQL {
        switch self {
        case .sqlite: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = \(name)"
        case .postgres:
            "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = \(name)"
        }
    }

    /// Makes transactions that number rows in `table` commit in the order of their numbers; held until the commit.
    ///
    /// `nil` where there is one writer anyway. Elsewhere a reader could see 8 before 7 and never come back for 7.
    package func orderedAppends(to table: String) -> SQL? {
        switch self {
        case .sqlite: nil
        case .postgres: "SELECT pg_advisory_xact_lock(hashtext(\(table)))"
        }
    }

    /// Stands behind a table's name: which index to use.
    ///
    /// SQLite has no statistics of a young database and may prefer an index that holds a million finished rows to a
    /// partial one that holds five; PostgreSQL counts and needs no advice.
    package func index(_ name: String) -> String { self == .sqlite ? " INDEXED BY \(name)" : "" }

    /// Stands behind a `SELECT` that chooses rows to change, so that two writers choose different ones.
    package var skipLocked: String { self == .sqlite ? "" : " FOR UPDATE SKIP LOCKED" }

    /// Stands behind a `SELECT` whose rows must not be deleted before the commit; they may change in other columns than the key.
    package var keyShared: String { self == .sqlite ? "" : " FOR KEY SHARE" }
}
