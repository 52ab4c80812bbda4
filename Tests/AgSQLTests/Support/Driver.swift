import AgSQL
import AgTesting
import Testing

/// One implementation of `Database`, opened fresh for each test.
struct Driver: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let open: @Sendable (TemporaryFolder) async throws -> any Database

    static let all = [sqlite] + (PostgresForTests.server == nil ? [] : [postgres])

    static let sqlite = Driver(testDescription: "SQLite") { folder in
        try await SQLiteDatabase.open(path: folder.file("test.db"))
    }

    static let postgres = Driver(testDescription: "PostgreSQL") { folder in
        try await PostgresDatabase.open(url: PostgresForTests.schema(of: folder))
    }

    /// Opens, lends and closes a database.
    func with(_ body: (any Database) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        let database = try await open(folder)
        do {
            try await body(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}

extension Database {
    /// Two tables, one of which refers to the other.
    func makeShelves() async throws {
        let dialect = dialect
        try await write { tx in
            try tx.execute(
                SQL(
                    raw:
                        "CREATE TABLE shelves (id \(dialect.integer) PRIMARY KEY, name \(dialect.text) NOT NULL UNIQUE)"
                        + dialect.tableOptions))
            try tx.execute(
                SQL(
                    raw: "CREATE TABLE books (id \(dialect.integer) PRIMARY KEY, shelf \(dialect.integer) NOT NULL "
                        + "REFERENCES shelves(id), pages \(dialect.integer) CHECK (pages > 0))" + dialect.tableOptions))
        }
    }

    func count(_ table: String) async throws -> Int {
        try await read { try $0.value("SELECT count(*) FROM \(raw: table)") ?? -1 }
    }
}

/// Does not sleep: gives the other tasks their turn until it is so. The suite's time limit ends a wait in vain.
func eventually(_ isSo: () async throws -> Bool) async rethrows {
    while try await !isSo() { await Task.yield() }
}
