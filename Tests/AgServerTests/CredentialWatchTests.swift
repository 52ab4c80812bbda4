import AgBase
import AgLibrary
import AgSQL
import AgTesting
import Testing

@testable import AgServer

@Suite("Who listens to a long answer", .everyEngine, .timeLimit(.minutes(1)))
struct CredentialWatchTests {
    private func watch(_ desk: ServerDesk, _ proof: Authority.Proof) async throws -> CredentialWatch {
        let found =
            switch proof {
            case .token(let text): try await desk.access.credential(token: text)
            case .session(let secret): try await desk.access.credential(session: secret)
            }
        let authority = desk.access.authority(proof, try #require(found))
        return CredentialWatch(authority, access: desk.access, time: desk.clock)
    }

    @Test("A revoked token is noticed at once, another one's revocation changes nothing")
    func revoked() async throws {
        let desk = try await ServerDesk()
        let mine = try await desk.access.createToken(name: "mine", scope: .read)
        let other = try await desk.access.createToken(name: "other", scope: .read)
        var watch = try await watch(desk, .token(mine.text))
        let isGood1 = try await watch.isGood()
        #expect(isGood1)
        try await desk.access.revokeToken(other.token.id)
        let isGood2 = try await watch.isGood()
        #expect(isGood2)
        try await desk.access.revokeToken(mine.token.id)
        let isGood3 = try await watch.isGood()
        #expect(!isGood3)
    }

    @Test("A session that was signed out is noticed at once")
    func signedOut() async throws {
        let desk = try await ServerDesk()
        let cookie = try #require(try await desk.access.signIn(token: Who.fixedText))
        var watch = try await watch(desk, .session(cookie))
        let isGood4 = try await watch.isGood()
        #expect(isGood4)
        try await desk.access.signOut(cookie)
        let isGood5 = try await watch.isGood()
        #expect(!isGood5)
    }

    @Test("A clock that was set back does not make the watch sleep")
    func setBack() async throws {
        let desk = try await ServerDesk()
        let made = try await desk.access.createToken(name: "mine", scope: .read)
        var watch = try await watch(desk, .token(made.text))
        desk.clock.advance(.seconds(-86_400))
        // As another server would do it: this one hears nothing.
        _ = try await desk.database.write { tx in try tx.execute("DELETE FROM api_tokens") }
        let isGood = try await watch.isGood()
        #expect(!isGood)
    }

    @Test("A token that expires is noticed within half a minute")
    func expired() async throws {
        let desk = try await ServerDesk()
        let made = try await desk.access.createToken(name: "brief", scope: .read, expiresIn: .seconds(20))
        var watch = try await watch(desk, .token(made.text))
        desk.clock.advance(.seconds(30))
        let isGood6 = try await watch.isGood()
        #expect(!isGood6)
    }
}
