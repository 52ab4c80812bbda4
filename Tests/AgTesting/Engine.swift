package import AgSQL
import Foundation
import Synchronization
package import Testing

/// A database that everything has to work on.
package enum Engine: String, Sendable, CaseIterable {
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    /// The one that the test at hand runs on, where its suite has the trait `.everyEngine`.
    @TaskLocal package static var current = Engine.sqlite

    /// All that the tests were started with.
    package static let all = allCases.filter { $0 == .sqlite || PostgresForTests.server != nil }

    /// An empty database of this engine that belongs to a folder: the same one at each call.
    package func place(in folder: TemporaryFolder) async throws -> DatabasePlace {
        switch self {
        case .sqlite: .sqlite(path: folder.file("argentum.sqlite"))
        case .postgres: .postgres(url: try await PostgresForTests.schema(of: folder))
        }
    }

    /// Opens it, with the schema brought up to date.
    package func open(in folder: TemporaryFolder, _ migrations: [Migration] = []) async throws -> any Database {
        let place = try await place(in: folder)
        let database = try await place.open()
        do {
            if !migrations.isEmpty { try await place.migrate(Migrator(migrations), through: database) }
            return database
        } catch {
            await database.close()
            throw error
        }
    }
}

extension Trait where Self == EveryEngine {
    /// Runs each test of the suite on every engine, one after the other.
    package static var everyEngine: Self { EveryEngine() }
}

package struct EveryEngine: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Engine.each(for: test, testCase, function)
    }
}

extension Engine {
    /// Runs `body` on each of the engines, one after the other. A failure says on which, and the others run all the same.
    package static func each(
        of engines: [Engine] = all, for test: Test, _ testCase: Test.Case?,
        _ body: @concurrent @Sendable () async throws -> Void
    ) async {
        for engine in engines {
            do {
                try await $current.withValue(engine) {
                    try await engine.naming.provideScope(for: test, testCase: testCase, performing: body)
                }
            } catch {
                Issue.record(error, "On \(engine.rawValue).", sourceLocation: test.sourceLocation)
            }
        }
    }

    private var naming: IssueHandlingTrait {
        .compactMapIssues { issue in
            var issue = issue
            issue.comments.append("On \(rawValue).")
            return issue
        }
    }
}

extension Trait where Self == SQLiteOnly {
    /// For a test that looks into the database's file, or is about that file, in a suite that runs on every engine.
    package static var onSQLite: Self { SQLiteOnly() }
}

package struct SQLiteOnly: TestTrait, TestScoping {
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        if Engine.current == .sqlite { try await function() }
    }
}

/// The PostgreSQL server that scripts/test started; each folder of a test gets a schema of its own in it.
package enum PostgresForTests {
    /// The schemas that were made, by their folders' paths.
    private static let schemas = Mutex<[String: String]>([:])
    private static let count = Atomic<Int>(0)
    /// Makes the schemas of all tests: opening a database for each would take longer than that.
    private static let maker: Task<PostgresDatabase, any Error> = Task {
        guard let server else { throw NoServer() }
        return try await PostgresDatabase.open(url: server)
    }

    /// Where the server is; `nil` when the tests were started without one.
    package static let server: String? = ProcessInfo.processInfo.environment["ARGENTUM_TEST_POSTGRES"]

    /// The folder of its socket.
    package static let socketFolder: String? = server.flatMap { $0.split(separator: "host=").last.map(String.init) }

    /// The address of the schema that belongs to a folder; made when it is first asked for.
    package static func schema(of folder: TemporaryFolder) async throws -> String {
        if let known = schemas.withLock({ $0[folder.path] }) { return known }
        guard let server else { throw NoServer() }
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let name = "t\(ProcessInfo.processInfo.processIdentifier)_\(number)"
        try await maker.value.write { tx in _ = try tx.execute(SQL(raw: "CREATE SCHEMA \(name)")) }
        // The name of the application is what a test finds its own connections by.
        let url = "\(server)&application_name=\(name)&options=-csearch_path%3D\(name)"
        schemas.withLock { $0[folder.path] = url }
        return url
    }

    /// A relay in the folder to the server, which seems to be of another version there.
    package static func relay(of folder: TemporaryFolder, announcing major: Int) async throws -> Relay {
        guard let socketFolder else { throw NoServer() }
        let database = try await PostgresDatabase.open(url: schema(of: folder))
        let real: Int? = try await database.read {
            try $0.value("SELECT current_setting('server_version_num')::int / 10000")
        }
        await database.close()
        return Relay(
            at: folder.file(".s.PGSQL.5432"), to: socketFolder + "/.s.PGSQL.5432",
            replacing: ("server_version\0\(real ?? 0)", "server_version\0\(major)"))
    }

    struct NoServer: Error, CustomStringConvertible {
        let description = "ARGENTUM_TEST_POSTGRES is not set: scripts/test starts a PostgreSQL server and sets it."
    }
}
