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
        for engine in Engine.all {
            // A failure must say on which.
            let naming = IssueHandlingTrait.compactMapIssues { issue in
                var issue = issue
                issue.comments.append("On \(engine.rawValue).")
                return issue
            }
            do {
                try await Engine.$current.withValue(engine) {
                    try await naming.provideScope(for: test, testCase: testCase, performing: function)
                }
            } catch {
                Issue.record(error, "On \(engine.rawValue).", sourceLocation: test.sourceLocation)
            }
        }
    }
}

/// The PostgreSQL server that scripts/test started; each folder of a test gets a schema of its own in it.
package enum PostgresForTests {
    /// The schemas that were made, by their folders' paths.
    private static let schemas = Mutex<[String: String]>([:])
    private static let count = Atomic<Int>(0)

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
        let maker = try await PostgresDatabase.open(url: server)
        do {
            try await maker.write { tx in _ = try tx.execute(SQL(raw: "CREATE SCHEMA \(name)")) }
            await maker.close()
        } catch {
            await maker.close()
            throw error
        }
        // The name of the application is what a test finds its own connections by.
        let url = "\(server)&application_name=\(name)&options=-csearch_path%3D\(name)"
        schemas.withLock { $0[folder.path] = url }
        return url
    }

    struct NoServer: Error, CustomStringConvertible {
        let description = "ARGENTUM_TEST_POSTGRES is not set: scripts/test starts a PostgreSQL server and sets it."
    }
}
