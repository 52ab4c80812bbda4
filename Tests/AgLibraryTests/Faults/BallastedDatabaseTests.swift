import AgBase
import AgBlobs
import AgJobs
import AgSQL
import AgTesting
import Testing

@testable import AgLibrary

@Suite("The ballast of the database", .timeLimit(.minutes(1)))
struct BallastedDatabaseTests {
    private let folder = TemporaryFolder()
    private let disk = SmallDisk(total: 320 << 20)
    private let desk: AccessDesk
    private let ballast: Ballast
    private let database: AuthorizedDatabase

    init() async throws {
        desk = try await AccessDesk()
        ballast = Ballast(path: folder.file("ballast"), folder: folder.path, files: disk, log: Log(to: SilentSink()))
        // No room for any write while the ballast is there.
        let trouble = Trouble { [folder] in folder.files().contains("ballast") }
        database = AuthorizedDatabase(
            BallastedDatabase(base: TroubledDatabase(desk.database, trouble), ballast: ballast))
    }

    private var access: Access { Access(database: database, time: desk.clock, log: Log(to: SilentSink())) }
    private var isThere: Bool { folder.files().contains("ballast") }

    @Test("is kept from every write that does not end something")
    func others() async throws {
        let made = try await access.createToken(name: "a", scope: .admin)
        let cookie = try await access.signIn(token: made.text)
        #expect(cookie != nil)
        ballast.prepare()
        await #expect(throws: SQLError.self) {
            _ = try await database.write { try $0.execute("DELETE FROM ui_sessions") }
        }
        await #expect(throws: SQLError.self) { _ = try await access.createToken(name: "b", scope: .read) }
        await #expect(throws: SQLError.self) { _ = try await access.signIn(token: made.text) }
        await #expect(throws: SQLError.self) { _ = try await access.renameToken(made.token.id, to: "c") }
        await access.writeWhatWaits()
        #expect(isThere)
        #expect(try await desk.count("api_tokens") == 1)
    }

    @Test("is given to a revocation and a sign-out, which are stored at once", arguments: [true, false])
    func endings(isRevocation: Bool) async throws {
        let access = access
        let made = try await access.createToken(name: "a", scope: .admin)
        let cookie = try #require(try await access.signIn(token: made.text))
        ballast.prepare()
        if isRevocation { try await access.revokeToken(made.token.id) } else { try await access.signOut(cookie) }
        #expect(!isThere)
        #expect(try await desk.count("ui_sessions") == 0)
        #expect(try await desk.count("api_tokens") == (isRevocation ? 0 : 1))
    }

    @Test("is not for what a write that ends something is followed by")
    func after() async throws {
        ballast.prepare()
        _ = try await database.conclude { try $0.execute("DELETE FROM ui_sessions") }
        disk.take(-(64 << 20))
        ballast.restore()
        #expect(isThere)
        await #expect(throws: SQLError.self) {
            _ = try await database.write { try $0.execute("DELETE FROM ui_sessions") }
        }
        #expect(isThere)
    }
}
