import AgBase
import AgHTTP
import AgJobs
import AgLibrary
import AgSQL
import AgServer
import AgTesting
import Testing

@Suite("Authority that ends while a call is under way", .everyEngine, .timeLimit(.minutes(1)))
struct AuthorityTests {
    enum End: CaseIterable {
        case revoked, revokedElsewhere, expired, signedOut, tokenOfSessionRevoked

        var isOfSession: Bool { self == .signedOut || self == .tokenOfSessionRevoked }
    }

    /// A token, or a cookie opened with it, and the way it ends.
    private struct Caller: Sendable {
        let desk: ServerDesk
        let headers: HTTPHeaders
        let end: @Sendable () async throws -> Void

        init(_ desk: ServerDesk, _ end: End) async throws {
            self.desk = desk
            let made = try await desk.access.createToken(name: "leaked", scope: .admin, expiresIn: .seconds(60))
            let cookie = try #require(try await desk.access.signIn(token: made.text))
            let csrf = desk.access.csrfToken(session: cookie)
            headers =
                end.isOfSession
                ? ["Cookie": "argentum_session=\(cookie)", "X-CSRF-Token": csrf]
                : ["Authorization": "Bearer \(made.text)"]
            self.end = {
                switch end {
                case .revoked, .tokenOfSessionRevoked: try await desk.access.revokeToken(made.token.id)
                case .revokedElsewhere: try await desk.neighbour().revokeToken(made.token.id)
                case .expired: desk.clock.advance(.seconds(61))
                case .signedOut: try await desk.access.signOut(cookie)
                }
            }
        }

        func send(_ method: HTTPMethod, _ path: String, _ held: HeldBody) async throws -> Answer {
            var headers = headers
            headers.add("Content-Type", "application/json")
            let request = try HTTPRequest(method: method, target: path, headers: headers, body: held.body)
            return try Answer(await desk.application.respond(to: request))
        }
    }

    /// What the routes of the frame could change.
    private func state(_ desk: ServerDesk) async throws -> [String] {
        let names = try await desk.access.listTokens().map(\.name).filter { $0 != "leaked" }.sorted()
        return names + (try await desk.queue.status().map { "\($0.kind) \($0.isPaused)" })
    }

    @Test("A body that comes after the end changes nothing and is answered with 401", arguments: End.allCases)
    func heldBody(_ end: End) async throws {
        for (method, path, body) in [
            (HTTPMethod.post, "/api/tokens", #"{"name":"mine for ever","scope":"admin"}"#),
            (.patch, "/api/tokens/{id}", #"{"name":"renamed"}"#),
            (.post, "/api/jobs/pause", #"{"kind":"generate-variants"}"#),
            (.post, "/api/jobs/resume", "{}"),
        ] {
            let desk = try await ServerDesk()
            let other = try await desk.access.createToken(name: "other", scope: .read).token.id
            let before = try await state(desk)
            let caller = try await Caller(desk, end)
            let held = HeldBody(body)
            async let sent = caller.send(method, path.replacing("{id}", with: other.text), held)
            try await held.isWaiting.pass()
            try await caller.end()
            held.goesOn.open()
            let answer = try await sent
            #expect(answer.status == 401, "\(method) \(path): \(answer.text)")
            #expect(try await state(desk) == before, "\(method) \(path)")
        }
    }

    @Test(
        "Whatever a handler writes after the end is rolled back, without a word of the handler about it",
        arguments: End.allCases)
    func heldHandler(_ end: End) async throws {
        let isWaiting = Latch()
        let goesOn = Latch()
        let database = Box<any Database>()
        let desk = try await ServerDesk { book in
            book.on(
                Operation(
                    .post, "/test/slow", "A handler that takes its time between its body and its write", tag: "Test",
                    access: .scope(.write), answers: [.empty(204, "Done.")])
            ) { request, _ in
                _ = try await request.body.bytes(limit: 1_000)
                isWaiting.open()
                try await goesOn.pass()
                _ = try await database.value?.write { tx in
                    try tx.execute("INSERT INTO readiness (id, checked_at) VALUES (77, 0)")
                }
                return HTTPResponse(204)
            }
        }
        database.value = desk.database
        let caller = try await Caller(desk, end)
        async let sent = caller.send(.post, "/test/slow", HeldBody.whole("{}"))
        try await isWaiting.pass()
        try await caller.end()
        goesOn.open()
        #expect(try await sent.status == 401)
        #expect(try await desk.database.read { try $0.exists("SELECT 1 FROM readiness WHERE id = 77") } == false)
    }

    @Test("A token can revoke itself, and a session sign itself out")
    func itself() async throws {
        let desk = try await ServerDesk()
        let made = try await desk.access.createToken(name: "a", scope: .admin)
        let headers: HTTPHeaders = ["Authorization": "Bearer \(made.text)"]
        #expect(try await desk.send(.delete, "/api/tokens/\(made.token.id)", headers: headers).status == 204)
        #expect(try await desk.send(.get, "/api/tokens", headers: headers).status == 401)
        #expect(try await desk.access.listTokens().isEmpty)
        #expect(try await desk.send(.post, "/api/sign-out", as: .session).status == 204)
    }

    @Test("Work of our own needs no authority, also while calls are under way")
    func ownWork() async throws {
        let desk = try await ServerDesk()
        let count = try await desk.database.write { tx in
            try tx.execute("INSERT INTO readiness (id, checked_at) VALUES (78, 0)")
        }
        #expect(count == 1)
    }
}

/// A place for what is there only later.
final class Box<Value: Sendable>: @unchecked Sendable {
    // Set once, before the tasks that read it are started.
    var value: Value?
}
