import AgBase
import AgTesting
import Foundation
import Testing

@testable import AgSQL

@Suite("The SQLite driver", .timeLimit(.minutes(1)))
struct SQLiteDatabaseTests {
    struct Refusal: Error, Equatable {}

    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = TemporaryFolder()
        path = folder.file("test.db")
    }

    private func opened(_ change: (inout SQLiteSettings) -> Void = { _ in }) async throws -> SQLiteDatabase {
        var settings = SQLiteSettings()
        change(&settings)
        return try await SQLiteDatabase.open(path: path, settings: settings)
    }

    /// Runs all writes while the writer is held, so that they wait together; returns what came of each.
    private func together(
        _ database: SQLiteDatabase, _ writes: [@Sendable (any SQLTransaction) throws -> Void]
    ) async throws -> [(any Error)?] {
        let gate = Gate()
        let held = Task { try await database.write { _ in gate.pass() } }
        await gate.arrived()
        return try await withThrowingTaskGroup(of: (Int, (any Error)?).self) { group in
            for (index, body) in writes.enumerated() {
                let queued = index
                group.addTask {
                    do {
                        try await database.write(body)
                        return (queued, nil)
                    } catch {
                        return (queued, error)
                    }
                }
                await eventually { database.waitingWrites == queued + 1 }
            }
            gate.open()
            try await held.value
            var outcomes = [(any Error)?](repeating: nil, count: writes.count)
            for try await (index, error) in group { outcomes[index] = error }
            return outcomes
        }
    }

    @Test("keeps its promises to the disk: WAL, full sync, foreign keys, a private file")
    func pragmas() async throws {
        let database = try await opened()
        let pragmas = try await database.write { tx in
            [
                try tx.value("PRAGMA journal_mode") ?? "", "\(try tx.value("PRAGMA synchronous") ?? 0)",
                "\(try tx.value("PRAGMA foreign_keys") ?? 0)",
            ]
        }
        #expect(pragmas == ["wal", "2", "1"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        await database.close()
    }

    @Test("commits together what waits together")
    func groupCommit() async throws {
        let database = try await opened()
        try await database.makeShelves()
        let before = database.commits
        let writes = (0..<100).map { index -> @Sendable (any SQLTransaction) throws -> Void in
            { tx in _ = try tx.execute("INSERT INTO shelves VALUES (\(index), \("s\(index)"))") }
        }
        let outcomes = try await together(database, writes)
        #expect(outcomes.allSatisfy { $0 == nil })
        #expect(try await database.count("shelves") == 100)
        // One for the write that held the thread; a slow machine may cut the group by time, but never into many.
        #expect(database.commits - before <= 20)
        await database.close()
    }

    @Test("takes back one write of a group and keeps the others")
    func oneOfMany() async throws {
        let database = try await opened()
        try await database.makeShelves()
        let outcomes = try await together(
            database,
            [
                { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") },
                { tx in
                    try tx.execute("INSERT INTO shelves VALUES (2, 'b')")
                    throw Refusal()
                },
                { tx in _ = try tx.execute("INSERT INTO shelves VALUES (3, 'a')") },
                { tx in _ = try tx.execute("INSERT INTO shelves VALUES (4, 'd')") },
            ])
        #expect(outcomes.map { $0 == nil } == [true, false, false, true])
        #expect(outcomes[1] as? Refusal == Refusal())
        #expect((outcomes[2] as? SQLError)?.code == .unique)
        let ids = try await database.read { try $0.all("SELECT id FROM shelves ORDER BY id") { try $0[0] as Int } }
        #expect(ids == [1, 4])
        await database.close()
    }

    @Test("fails all of a group whose commit fails, runs none of their hooks, and goes on")
    func failedCommit() async throws {
        let database = try await opened { $0.groupTime = .seconds(30) }
        try await database.makeShelves()
        let hooks = Collected<Int>()
        let outcomes = try await together(
            database,
            [
                { tx in
                    try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
                    tx.afterCommit { hooks.add(1) }
                },
                { tx in
                    try tx.execute("PRAGMA defer_foreign_keys = ON")
                    try tx.execute("INSERT INTO books VALUES (1, 99, 1)")
                },
            ])
        #expect(outcomes.map { ($0 as? SQLError)?.code } == [.foreignKey, .foreignKey])
        #expect(try await database.count("shelves") == 0)
        try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") }
        #expect(try await database.count("shelves") == 1)
        await database.close()
        #expect(hooks.all.isEmpty)
    }

    @Test("tells the truth about every write of a group that met a full disk")
    func fullDisk() async throws {
        let database = try await opened { $0.groupTime = .seconds(30) }
        try await database.makeShelves()
        try await database.write { tx in
            let pages: Int = try tx.value("PRAGMA page_count") ?? 0
            try tx.execute("PRAGMA max_page_count = \(raw: String(pages + 4))")
        }
        let writes = (1...6).map { index -> @Sendable (any SQLTransaction) throws -> Void in
            { tx in
                let name = String(repeating: "\(index)", count: index == 3 ? 200_000 : 10)
                try tx.execute("INSERT INTO shelves VALUES (\(index), \(name))")
            }
        }
        let outcomes = try await together(database, writes)
        #expect((outcomes[2] as? SQLError)?.code == .full)
        let kept = try await database.read { try $0.all("SELECT id FROM shelves ORDER BY id") { try $0[0] as Int } }
        #expect(kept == outcomes.indices.filter { outcomes[$0] == nil }.map { $0 + 1 })
        try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (7, 'later')") }
        await database.close()
    }

    @Test("does not commit for a closure that ended the transaction itself")
    func strayRollback() async throws {
        let database = try await opened { $0.groupTime = .seconds(30) }
        try await database.makeShelves()
        let outcomes = try await together(
            database,
            [
                { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") },
                { tx in _ = try tx.execute("ROLLBACK") },
                { tx in _ = try tx.execute("INSERT INTO shelves VALUES (3, 'c')") },
            ])
        #expect(outcomes.map { $0 == nil } == [false, false, true])
        #expect(try await database.count("shelves") == 1)
        await database.close()
    }

    @Test("reports a lock that another process keeps, and works when it is gone")
    func busy() async throws {
        let other = try await opened()
        let database = try await opened { $0.busyTimeout = .milliseconds(20) }
        try await database.makeShelves()
        let gate = Gate()
        async let held: Void = other.write { _ in gate.pass() }
        await gate.arrived()
        let error = await #expect(throws: SQLError.self) { try await database.write { _ in } }
        #expect(error?.code == .busy)
        #expect(try await database.count("shelves") == 0)
        gate.open()
        try await held
        try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") }
        #expect(try await other.count("shelves") == 1)
        await database.close()
        await other.close()
    }

    @Test("folds the log into the file at closing")
    func checkpoint() async throws {
        let database = try await opened()
        try await database.makeShelves()
        await database.close()
        let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        #expect((log ?? 0) == 0)
        let again = try await opened()
        #expect(try await again.count("shelves") == 0)
        await again.close()
    }

    @Test("finds nothing wrong with a sound file and names a reference into nothing")
    func integrity() async throws {
        let database = try await opened()
        try await database.makeShelves()
        #expect(try await database.integrityFindings() == [])
        let careless = try SQLiteConnection(path: path, role: .writer, SQLiteSettings())
        try careless.execute("PRAGMA foreign_keys = OFF")
        try careless.execute("INSERT INTO books VALUES (1, 99, 5)")
        #expect(
            try await database.integrityFindings() == ["A row of books refers to a row of shelves that is not there."])
        await database.close()
    }

    @Test("refuses a file that is no database, and a folder that is not there")
    func notADatabase() async throws {
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
        let broken = await #expect(throws: SQLError.self) { try await opened() }
        #expect(broken?.code == .corrupt)
        let missing = await #expect(throws: SQLError.self) {
            try await SQLiteDatabase.open(path: folder.file("no/such/folder.db"))
        }
        #expect(missing?.code == .io)
    }

    @Test("keeps the statements used last, and lends one twice when it runs inside itself")
    func statements() throws {
        var settings = SQLiteSettings()
        settings.statements = 3
        let connection = try SQLiteConnection(path: path, role: .writer, settings)
        for number in 1...50 {
            _ = try connection.value(SQL(raw: "SELECT \(number)")) as Int?
        }
        #expect(connection.cachedStatements == 3)
        let inner = try connection.all("VALUES (1), (2), (3)") { _ in
            try connection.all("VALUES (1), (2), (3)") { try $0[0] as Int }.reduce(0, +)
        }
        #expect(inner == [6, 6, 6])
    }

    @Test("sees a column that was added after its statement was prepared")
    func reprepared() async throws {
        let database = try await opened { $0.readers = 1 }
        try await database.makeShelves()
        try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") }
        let all: SQL = "SELECT * FROM shelves"
        let before: String? = try await database.read { try $0.first(all) { try $0["name"] } }
        try await database.write { tx in _ = try tx.execute("ALTER TABLE shelves ADD COLUMN width INTEGER DEFAULT 7") }
        let after: Int? = try await database.read { try $0.first(all) { try $0["width"] } }
        #expect(before == "a")
        #expect(after == 7)
        await database.close()
    }

    @Test("reads on several threads while the writer is held")
    func readersDoNotWait() async throws {
        let database = try await opened { $0.readers = 2 }
        try await database.makeShelves()
        let gate = Gate()
        async let held: Void = database.write { tx in
            try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
            gate.pass()
        }
        await gate.arrived()
        let one = Gate()
        async let slow: Void = database.read { _ in one.pass() }
        await one.arrived()
        #expect(try await database.count("shelves") == 0)
        one.open()
        gate.open()
        try await slow
        try await held
        await database.close()
    }

    /// Counts to a number that no one waits for.
    private static let endless: SQL = """
        WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000000000) SELECT count(*) FROM n
        """

    @Test("ends a read that takes too long, and says so; the connection goes on", arguments: [ReadKind.lookUp, .query])
    func tooLong(_ kind: ReadKind) async throws {
        let database = try await opened {
            $0.readLimit = .milliseconds(50); $0.readers = 1; $0.lookUpReaders = 1
        }
        let error = await #expect(throws: SQLError.self) {
            _ = try await database.read(kind) { try $0.value(Self.endless) as Int? }
        }
        #expect(error?.code == .timedOut)
        #expect(error?.fault.code == "query-timed-out" && error?.fault.kind == .unavailable)
        #expect(try await database.read(kind) { try $0.value("SELECT 1") as Int? } == 1)
        await database.close()
    }

    @Test("lets a check of the whole database take as long as it takes")
    func whole() async throws {
        let database = try await opened { $0.readLimit = .zero }
        let sum: SQL =
            "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000) SELECT count(*) FROM n"
        #expect(try await database.read(.whole) { try $0.value(sum) as Int? } == 50_000)
        #expect(try await database.integrityFindings() == [])
        await database.close()
    }

    @Test("looks up while every other reader is busy")
    func lookUpBesides() async throws {
        let database = try await opened { $0.readers = 1 }
        let gate = Gate()
        let list = Task { try await database.read { _ in gate.pass() } }
        await gate.arrived()
        #expect(try await database.read(.lookUp) { try $0.value("SELECT 1") as Int? } == 1)
        gate.open()
        try await list.value
        await database.close()
    }

    @Test("may be closed twice at once while it is read")
    func closedTwice() async throws {
        let database = try await opened()
        let gate = Gate()
        let read = Task { try await database.read { _ in gate.pass() } }
        await gate.arrived()
        let closings = (0..<3).map { _ in Task { await database.close() } }
        for _ in 0..<100 { await Task.yield() }
        gate.open()
        try await read.value
        for closing in closings { await closing.value }
    }
}
