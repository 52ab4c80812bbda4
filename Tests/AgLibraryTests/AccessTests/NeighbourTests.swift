import AgBase
import AgCrypto
import AgModel
import AgTesting
import Testing

@testable import AgLibrary
@testable import AgSQL

/// What one server's revocations do to another one's memory. That notices arrive is shown with PostgreSQL elsewhere.
@Suite("A revocation on another server", .timeLimit(.minutes(1)))
struct NeighbourTests {
    private let desk: AccessDesk
    /// Another program's connection to the same rows.
    private let database: any Database
    private let neighbour: Access

    init() async throws {
        desk = try await AccessDesk()
        database = try await Engine.current.open(in: desk.folder)
        neighbour = Access(database: database, time: desk.clock, log: Log(to: SilentSink()))
    }

    /// The notices that a write sends, as they arrive at the neighbour.
    private func carry(_ body: () async throws -> Void) async throws {
        let sent = Collected<(topic: String, arrival: NoticeArrival)>()
        for topic in [NoticeTopic.accessEnded, .denied] {
            desk.database.notices.subscribe(to: topic) { sent.add((topic.name, $0)) }
        }
        try await body()
        database.notices.receive(sent.all)
    }

    @Test("ends a token and its sessions here as soon as its notice comes, though they were just used")
    func token() async throws {
        let made = try await desk.access.createToken(name: "reader", scope: .read)
        let cookie = try #require(try await neighbour.signIn(token: made.text))
        #expect(try await neighbour.credential(token: made.text) != nil)
        #expect(try await neighbour.credential(session: cookie) != nil)
        let endings = neighbour.endingCount

        try await carry { try await desk.access.revokeToken(made.token.id) }

        #expect(try await neighbour.credential(token: made.text) == nil)
        #expect(try await neighbour.credential(session: cookie) == nil)
        #expect(neighbour.endingCount > endings, "Long answers ask again who is listening.")
    }

    @Test("ends a session here that signed out there")
    func session() async throws {
        let cookie = try #require(try await desk.access.signIn(code: try await desk.code()))
        #expect(try await neighbour.credential(session: cookie) != nil)
        try await carry { try await desk.access.signOut(cookie) }
        #expect(try await neighbour.credential(session: cookie) == nil)
    }

    @Test("that could not be stored is refused here as well, until its row is gone")
    func denied() async throws {
        let made = try await desk.access.createToken(name: "leaked", scope: .admin)
        let cookie = try #require(try await neighbour.signIn(token: made.text))
        let other = try await desk.access.createToken(name: "other", scope: .admin)
        let session = try #require(try await neighbour.signIn(token: other.text))
        #expect(try await neighbour.credential(token: made.text) != nil)
        let hashes = neighbour.sessions.hashes(of: session)

        for notice in [Notice.denied(token: made.token.id), .denied(session: .of(session), hashes)] {
            database.notices.receive([(notice.topic.name, .text(notice.text))])
        }

        #expect(try await neighbour.credential(token: made.text) == nil)
        #expect(try await neighbour.credential(session: cookie) == nil)
        #expect(try await neighbour.credential(session: session) == nil)
        #expect(try await neighbour.credential(token: other.text) != nil)
        await neighbour.writeWhatWaits()
        #expect(try await desk.count("api_tokens") == 1)
        #expect(try await desk.count("ui_sessions") == 0)
        #expect(!neighbour.isDenied(made.token.id))
    }

    @Test("is noticed at the next request while notices do not arrive: nothing is kept in memory then")
    func deaf() async throws {
        let made = try await desk.access.createToken(name: "reader", scope: .read)
        #expect(try await neighbour.credential(token: made.text) != nil)
        database.notices.connect { _ in }
        database.notices.hears(false)
        #expect(try await neighbour.credential(token: made.text) != nil)
        try await desk.access.revokeToken(made.token.id)
        #expect(try await neighbour.credential(token: made.text) == nil)
    }

    @Test("that was missed is noticed when notices arrive again")
    func missed() async throws {
        let made = try await desk.access.createToken(name: "reader", scope: .read)
        #expect(try await neighbour.credential(token: made.text) != nil)
        let endings = neighbour.endingCount
        try await desk.access.revokeToken(made.token.id)
        database.notices.hears(true)
        #expect(try await neighbour.credential(token: made.text) == nil)
        #expect(neighbour.endingCount > endings)
    }

    @Test(
        "of which the notice makes no sense changes nothing",
        arguments: ["", "token", "token x", "session", "session 00 11", "user 1"])
    func nonsense(_ text: String) async throws {
        let made = try await desk.access.createToken(name: "reader", scope: .read)
        database.notices.receive([(NoticeTopic.denied.name, .text(text))])
        #expect(try await neighbour.credential(token: made.text) != nil)
    }
}
