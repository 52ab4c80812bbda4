import AgBase
import AgLibrary
import AgModel
import AgSQL
import AgTesting
import Synchronization
import Testing

@Suite("A revocation that cannot be written", .everyEngine, .timeLimit(.minutes(1)))
struct RevocationTests {
    private let trouble = Trouble()
    private let desk: AccessDesk
    private let access: Access

    init() async throws {
        desk = try await AccessDesk()
        access = Access(
            database: TroubledDatabase(desk.database, trouble), time: desk.clock, log: Log(to: SilentSink()))
    }

    private func fill(_ isFull: Bool) { trouble.isFull.store(isFull, ordering: .releasing) }

    @Test("refuses the token and its sessions at once, says so, and is written when there is room")
    func token() async throws {
        let made = try await access.createToken(name: "leaked", scope: .admin)
        let cookie = try #require(try await access.signIn(token: made.text))
        let code = try await access.signInCode(token: made.text)
        #expect(try await access.credential(token: made.text) != nil)
        #expect(try await access.credential(session: cookie) != nil)
        let endings = access.endingCount
        fill(true)

        let fault = await #expect(throws: Fault.self) { try await access.revokeToken(made.token.id) }

        #expect(fault?.kind == .insufficientStorage)
        #expect(fault?.code == "revocation-not-stored")
        #expect(fault?.message.contains("refused by this server from now on") == true)
        #expect(try await access.credential(token: made.text) == nil)
        #expect(try await access.credential(session: cookie) == nil)
        #expect(access.isDenied(made.token.id))
        #expect(access.endingCount > endings)
        #expect(try await access.listTokens().isEmpty)
        #expect(try await desk.count("api_tokens") == 1)

        fill(false)
        #expect(try await access.signIn(code: code) == nil)
        await access.writeWhatWaits()
        #expect(try await desk.count("api_tokens") == 0)
        #expect(try await desk.count("ui_sessions") == 0)
        #expect(try await access.credential(token: made.text) == nil)
    }

    @Test("is tried again by a second revocation, and of a token that never was it says so")
    func again() async throws {
        let made = try await access.createToken(name: "a", scope: .read)
        fill(true)
        for _ in 0..<2 {
            let fault = await #expect(throws: Fault.self) { try await access.revokeToken(made.token.id) }
            #expect(fault?.code == "revocation-not-stored")
        }
        let stranger = TokenID.make()
        let unknown = await #expect(throws: Fault.self) { try await access.revokeToken(stranger) }
        #expect(unknown?.kind == .notFound)
        #expect(!access.isDenied(stranger))
        fill(false)
        try await access.revokeToken(made.token.id)
        #expect(try await desk.count("api_tokens") == 0)
    }

    @Test("refuses a session that signed out, and leaves the others")
    func session() async throws {
        let made = try await access.createToken(name: "a", scope: .admin)
        let cookie = try #require(try await access.signIn(token: made.text))
        let other = try #require(try await access.signIn(token: made.text))
        fill(true)
        let fault = await #expect(throws: Fault.self) { try await access.signOut(cookie) }
        #expect(fault?.code == "revocation-not-stored")
        #expect(try await access.credential(session: cookie) == nil)
        #expect(try await access.credential(session: other) != nil)
        fill(false)
        await access.writeWhatWaits()
        #expect(try await desk.count("ui_sessions") == 1)
        #expect(try await access.credential(session: cookie) == nil)
    }

    enum Ending: CaseIterable {
        case token, sessionOfToken, signOut
    }

    /// The look-up begins when the power is denied and its row still there, and goes on when the row is gone and the denial
    /// lifted.
    @Test(
        "does not come back by a look-up that read the row before it was deleted", arguments: Ending.allCases,
        [false, true])
    func overtakenLookUp(_ ending: Ending, isStoredLater: Bool) async throws {
        let made = try await access.createToken(name: "leaked", scope: .admin)
        let cookie = try #require(try await access.signIn(token: made.text))
        await access.writeWhatWaits()
        let end: @Sendable () async throws -> Void = { [access] in
            switch ending {
            case .token, .sessionOfToken: try await access.revokeToken(made.token.id)
            case .signOut: try await access.signOut(cookie)
            }
        }
        let lookUp: @Sendable () async throws -> Credential? = { [access] in
            switch ending {
            case .token: return try await access.credential(token: made.text)
            case .sessionOfToken, .signOut: return try await access.credential(session: cookie)
            }
        }
        #expect(try await lookUp() != nil)
        if isStoredLater {
            fill(true)
            await #expect(throws: Fault.self) { try await end() }
            fill(false)
        }
        trouble.hangs.store(true, ordering: .releasing)
        let ended = Task { [access] in
            if isStoredLater { return await access.writeWhatWaits() }
            try await end()
        }
        try await trouble.isAtWriter.pass()
        trouble.holdsNextRead.store(true, ordering: .releasing)
        let found = Task { try await lookUp() }
        await trouble.reader.arrived()
        trouble.writer.open()
        try await ended.value
        trouble.reader.open()

        #expect(try await found.value == nil)
        #expect(try await lookUp() == nil)
    }

    @Test("is written by the work that runs beside the server")
    func running() async throws {
        let made = try await access.createToken(name: "a", scope: .read)
        fill(true)
        await #expect(throws: Fault.self) { try await access.revokeToken(made.token.id) }
        fill(false)
        let work = Task { [access] in await access.run(every: .milliseconds(1)) }
        while try await desk.count("api_tokens") > 0 { try await Task.sleep(for: .milliseconds(1)) }
        work.cancel()
        await work.value
    }

    @Test("The proof of a token waits for no writer: its use is noted beside it, once for many")
    func uses() async throws {
        let made = try await access.createToken(name: "a", scope: .read)
        let other = try await access.createToken(name: "b", scope: .read)
        let before = trouble.writes.load(ordering: .relaxed)
        trouble.hangs.store(true, ordering: .releasing)
        for text in [made.text, other.text, made.text] { #expect(try await access.credential(token: text) != nil) }
        #expect(trouble.writes.load(ordering: .relaxed) == before)
        #expect(try await access.listTokens().allSatisfy { $0.lastUsedAt == desk.clock.now() })
        trouble.writer.open()
        await access.writeWhatWaits()
        #expect(trouble.writes.load(ordering: .relaxed) == before + 1)
        let stored = try await desk.neighbour().listTokens()
        #expect(stored.allSatisfy { $0.lastUsedAt == desk.clock.now() })
    }

    @Test("Notes of uses that cannot be written are dropped, and a stop writes what is left")
    func usesOnTrouble() async throws {
        let made = try await access.createToken(name: "a", scope: .read)
        fill(true)
        #expect(try await access.credential(token: made.text) != nil)
        await access.writeWhatWaits()
        fill(false)
        desk.clock.advance(.seconds(90))
        #expect(try await access.credential(token: made.text) != nil)
        let work = Task { [access] in await access.run(every: .seconds(3_600)) }
        work.cancel()
        await work.value
        #expect(try await desk.neighbour().listTokens().first?.lastUsedAt == desk.clock.now())
    }
}
