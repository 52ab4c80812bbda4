import AgBase
import AgLibrary
import AgSQL
import AgTesting

/// Access on a database of a test's own, with a clock that the test moves.
struct AccessDesk: Sendable {
    let folder = TemporaryFolder()
    let clock = HandClock()
    let database: any Database
    let access: Access

    init(fixedToken: Secret? = nil) async throws {
        database = try await Engine.current.open(in: folder, Access.migrations)
        access = Access(database: database, time: clock, log: Log(to: SilentSink()), fixedToken: fixedToken)
    }

    /// A second server on the same rows, with caches of its own.
    func neighbour(_ fixedToken: Secret? = nil) -> Access {
        Access(database: database, time: clock, log: Log(to: SilentSink()), fixedToken: fixedToken)
    }

    /// A sign-in code of an admin token made for it.
    func code() async throws -> String {
        let made = try await access.createToken(name: "owner", scope: .admin)
        return try await access.signInCode(token: made.text)
    }

    func count(_ table: String) async throws -> Int {
        try await database.read { try $0.value("SELECT count(*) FROM \(raw: table)") ?? -1 }
    }
}
