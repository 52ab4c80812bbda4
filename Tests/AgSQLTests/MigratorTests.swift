import AgSQL
import AgTesting
import Testing

@Suite("Migrations", .timeLimit(.minutes(1)))
struct MigratorTests {
    private let first = Migration(1, "shelves") {
        ["CREATE TABLE shelves (id \($0.integer) PRIMARY KEY)\($0.tableOptions)"]
    }
    private let second = Migration(2, "books") {
        ["CREATE TABLE books (id \($0.integer) PRIMARY KEY, name \($0.text))"]
    }
    private let later = Migration(101, "index") { _ in ["CREATE INDEX books_name ON books (name)"] }

    @Test("run once each, in the order of their numbers", arguments: Driver.all)
    func order(_ driver: Driver) async throws {
        try await driver.with { database throws in
            #expect(try await Migrator([later, first]).pending(database).map(\.number) == [1, 101])
            #expect(try await Migrator([later, second, first]).migrate(database) == [1, 2, 101])
            #expect(try await Migrator([first, second, later]).migrate(database) == [])
            #expect(try await Migrator([first, second, later]).pending(database).isEmpty)
            #expect(try await database.count("books") == 0)
        }
    }

    @Test("may fill a gap below a number that another part has applied", arguments: Driver.all)
    func gap(_ driver: Driver) async throws {
        try await driver.with { database throws in
            let other = Migration(100, "jobs") { ["CREATE TABLE jobs (id \($0.integer))"] }
            #expect(try await Migrator([first, other]).migrate(database) == [1, 100])
            #expect(try await Migrator([first, second, other]).migrate(database) == [2])
        }
    }

    @Test("leave nothing when one of them fails", arguments: Driver.all)
    func failure(_ driver: Driver) async throws {
        let broken = Migration(2, "broken") { _ in ["CREATE TABLE half (id INTEGER)", "CREATE TABEL typo (id INTEGER)"]
        }
        try await driver.with { database throws in
            await #expect(throws: SQLError.self) { try await Migrator([first, broken]).migrate(database) }
            #expect(try await Migrator([first, broken]).pending(database).map(\.number) == [1, 2])
            await #expect(throws: SQLError.self) { try await database.count("shelves") }
        }
    }

    @Test("can be rehearsed without a trace", arguments: Driver.all)
    func rehearsal(_ driver: Driver) async throws {
        try await driver.with { database throws in
            let migrator = Migrator([first, second])
            #expect(try await migrator.rehearse(database) == [1, 2])
            #expect(try await migrator.pending(database).count == 2)
            #expect(try await migrator.migrate(database) == [1, 2])
        }
    }

    @Test("refuse a database that is newer than the program", arguments: Driver.all)
    func newer(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await Migrator([first, second, later]).migrate(database)
            let error = await #expect(throws: SQLError.self) { try await Migrator([first, second]).migrate(database) }
            #expect(error?.code == .schema)
            #expect(error?.message.contains("101 'index'") == true)
        }
    }

    @Test("refuse a step that was edited after it was applied", arguments: Driver.all)
    func edited(_ driver: Driver) async throws {
        let changed = Migration(1, "shelves") { _ in ["CREATE TABLE shelves (id TEXT PRIMARY KEY)"] }
        try await driver.with { database throws in
            try await Migrator([first]).migrate(database)
            let error = await #expect(throws: SQLError.self) { try await Migrator([changed]).migrate(database) }
            #expect(error?.code == .schema)
        }
    }

    @Test("run once when several programs start together", arguments: Driver.all)
    func together(_ driver: Driver) async throws {
        let folder = TemporaryFolder()
        // A schema is made at the first opening.
        await (try driver.open(folder)).close()
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let database = try await driver.open(folder)
                    let numbers = try await Migrator([first, second, later]).migrate(database)
                    await database.close()
                    return numbers
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied.sorted() == [1, 2, 101])
    }

    @Test("refuse a database that holds another program's tables, and leave it as it is", arguments: Driver.all)
    func stranger(_ driver: Driver) async throws {
        for table in ["CREATE TABLE customers (id INTEGER)", "CREATE TABLE schema_migrations (version TEXT)"] {
            try await driver.with { database throws in
                try await database.write { tx in _ = try tx.execute(SQL(raw: table)) }
                for attempt in [
                    { _ = try await Migrator([first]).pending(database) },
                    { try await Migrator([first]).migrate(database) },
                ] {
                    let error = await #expect(throws: SQLError.self) { try await attempt() }
                    #expect(error?.code == .schema)
                    #expect(error?.message.contains("holds something else") == true)
                }
                await #expect(throws: SQLError.self) { try await database.count("shelves") }
            }
        }
    }
}
