import AgBase
import AgHTTP
import AgLibrary
import AgTesting
import Synchronization
import Testing

@testable import AgServer

@Suite("A hot answer", .everyEngine, .timeLimit(.minutes(1)))
struct HotAnswerTests {
    /// A picture of one word, which a test can change.
    private final class Picture: Sendable {
        let asked = Atomic(0)
        let isCurrent = Atomic(true)

        func answer(_ request: HTTPRequest, headers: HTTPHeaders = [:]) -> HTTPResponse {
            let count = asked.add(1, ordering: .relaxed).newValue
            request.attach(Reusable(patience: .seconds(60)) { self.isCurrent.load(ordering: .acquiring) })
            let content = DeliveredContent(
                .bytes(Array("answer \(count)".utf8)), tag: "tag", contentType: "text/plain", headers: headers)
            return AgHTTP.content(of: content, for: request)
        }
    }

    private static func operation(_ path: String) -> AgServer.Operation {
        Operation(
            .get, path, "A picture", tag: "Tests", access: .scope(.read),
            answers: [.bytes(200, "Bytes.", ["text/plain"])])
    }

    private func desk(_ picture: Picture, rateLimits: RateLimits = .none) async throws -> ServerDesk {
        try await ServerDesk(rateLimits: rateLimits) { book in
            book.on(Self.operation("/hot")) { request, _ in picture.answer(request) }
            book.on(Self.operation("/varied")) { request, _ in picture.answer(request, headers: ["Vary": "Accept"]) }
        }
    }

    @Test("is given without asking the handler again, with all its headers")
    func again() async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        let first = try await desk.send(.get, "/hot", as: .fixed)
        let second = try await desk.send(.get, "/hot", as: .fixed)
        #expect(picture.asked.load(ordering: .relaxed) == 1)
        #expect(second.status == 200 && second.text == "answer 1")
        for name in ["ETag", "Content-Type", "Content-Security-Policy", "Cache-Control"] {
            #expect(second.headers[name] == first.headers[name] && second.headers[name] != nil, "\(name)")
        }
    }

    @Test("is not given by what a proxy adds: beside another scheme than ours, the cookie decides")
    func proxies() async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        let proxy: HTTPHeaders = ["Authorization": "Basic dTpw"]
        for _ in 0..<2 { #expect(try await desk.send(.get, "/hot", as: .session, headers: proxy).status == 200) }
        #expect(try await desk.send(.get, "/hot", headers: proxy).status == 401)
        #expect(try await desk.send(.get, "/hot", as: .endedSession, headers: proxy).status == 401)
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    @Test("is a 304 for the tag it has, and goes the whole way for another one")
    func conditions() async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        _ = try await desk.send(.get, "/hot", as: .fixed)
        let same = try await desk.send(.get, "/hot", as: .fixed, headers: ["If-None-Match": "\"tag\""])
        #expect(same.status == 304 && same.headers["ETag"] == "\"tag\"" && !same.headers.contains("Content-Type"))
        #expect(picture.asked.load(ordering: .relaxed) == 1)
        let other = try await desk.send(.get, "/hot", as: .fixed, headers: ["If-None-Match": "\"x\", \"tag\""])
        #expect(other.status == 304)
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    @Test("is a 304 again for who only ever asks whether his copy is still good, and whole for the next one")
    func revalidation() async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        for _ in 0..<3 {
            let same = try await desk.send(.get, "/hot", as: .fixed, headers: ["If-None-Match": "\"tag\""])
            #expect(same.status == 304 && same.headers["ETag"] == "\"tag\"")
        }
        #expect(picture.asked.load(ordering: .relaxed) == 1)
        #expect(try await desk.send(.get, "/hot", as: .fixed).text == "answer 2")
        #expect(try await desk.send(.get, "/hot", as: .fixed, headers: ["If-None-Match": "\"tag\""]).status == 304)
        #expect(try await desk.send(.get, "/hot", as: .fixed).text == "answer 2")
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    @Test("is an open file as long as others keep it open")
    func file() async throws {
        let picture = PictureFile()
        let desk = try await ServerDesk { book in
            book.on(Self.operation("/file")) { request, _ in picture.answer(request) }
        }
        for _ in 0..<2 {
            let answer = try await desk.send(.get, "/file", as: .fixed)
            #expect(answer.status == 200 && answer.headers["ETag"] == "\"tag\"")
        }
        #expect(picture.asked.load(ordering: .relaxed) == 1)
        weak let open = picture.replace()
        #expect(open == nil, "the answer holds the file open")
        _ = try await desk.send(.get, "/file", as: .fixed)
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    /// A picture of more bytes than are kept in memory.
    private final class PictureFile: Sendable {
        let asked = Atomic(0)
        private let content = Mutex<BlobContent?>(nil)
        private let pool = BlockingPool(threads: 1, name: "picture")

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            asked.add(1, ordering: .relaxed)
            request.attach(Reusable(patience: .seconds(60)) { true })
            let open = content.withLock { content in
                if content == nil, let file = try? OpenFile(reading: "/proc/self/exe") {
                    content = BlobContent(file, byteCount: 100_000, pool: pool)
                }
                return content
            }
            guard let open else { return HTTPResponse(500) }
            let content = DeliveredContent(.content(open), tag: "tag", contentType: "text/plain")
            return AgHTTP.content(of: content, for: request)
        }

        /// Returns the content that is not held any more.
        func replace() -> BlobContent? {
            content.withLock { content in
                defer { content = nil }
                return content
            }
        }
    }

    @Test(
        "is not given to a question that differs in anything that handlers look at",
        arguments: [
            ("/hot?v=1", HTTPMethod.get, [:]), ("/hot", .head, [:]), ("/hot", .get, ["Range": "bytes=0-1"]),
            ("/hot", .get, ["If-Match": "*"]), ("/hot", .get, ["If-Range": "\"tag\""]),
            ("/hot", .get, ["If-Modified-Since": "Sat, 21 Nov 2026 10:00:00 GMT"]),
        ] as [(String, HTTPMethod, HTTPHeaders)])
    func differs(_ target: String, _ method: HTTPMethod, _ headers: HTTPHeaders) async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        _ = try await desk.send(.get, "/hot", as: .fixed)
        _ = try await desk.send(method, target, as: .fixed, headers: headers)
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    @Test(
        "is not given to a question whose letters only look the same, which Unicode calls equal",
        arguments: [("/hot?key=K", "*/*", "/hot?key=\u{212A}", "*/*"), ("/hot", "a;b", "/hot", "a\u{37E}b")])
    func lookalike(_ target: String, _ accept: String, _ otherTarget: String, _ otherAccept: String) async throws {
        try #require(target == otherTarget && accept == otherAccept)
        let picture = Picture()
        let desk = try await desk(picture)
        _ = try await desk.send(.get, target, as: .fixed, headers: ["Accept": accept])
        _ = try await desk.send(.get, otherTarget, as: .fixed, headers: ["Accept": otherAccept])
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    @Test("is nobody else's: a stranger, another token and a session are judged for themselves")
    func callers() async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        _ = try await desk.send(.get, "/hot", as: .fixed)
        #expect(try await desk.send(.get, "/hot").status == 401)
        #expect(try await desk.send(.get, "/hot", headers: ["Authorization": "Bearer wrong"]).status == 401)
        #expect(try await desk.send(.get, "/hot", as: .session).status == 200)
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    @Test("ends with a write about its picture")
    func written() async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        _ = try await desk.send(.get, "/hot", as: .fixed)
        picture.isCurrent.store(false, ordering: .releasing)
        #expect(try await desk.send(.get, "/hot", as: .fixed).text == "answer 2")
    }

    @Test("ends with the revocation of its token")
    func revoked() async throws {
        let desk = try await desk(Picture())
        let token = try await desk.access.createToken(name: "a", scope: .read)
        let headers: HTTPHeaders = ["Authorization": "Bearer \(token.text)"]
        for _ in 0..<2 { #expect(try await desk.send(.get, "/hot", headers: headers).status == 200) }
        try await desk.access.revokeToken(token.token.id)
        #expect(try await desk.send(.get, "/hot", headers: headers).status == 401)
    }

    @Test("counts against the limit of its caller")
    func limits() async throws {
        let desk = try await desk(Picture(), rateLimits: RateLimits(perToken: 3))
        let token = try await desk.access.createToken(name: "a", scope: .read).text
        var statuses: [Int] = []
        for _ in 0..<5 {
            statuses.append(try await desk.send(.get, "/hot", headers: ["Authorization": "Bearer \(token)"]).status)
        }
        #expect(statuses == [200, 200, 200, 429, 429])
    }

    @Test("is kept for each Accept header by itself")
    func varied() async throws {
        let picture = Picture()
        let desk = try await desk(picture)
        for accept in ["image/avif", "image/webp", "image/avif", "image/webp"] {
            _ = try await desk.send(.get, "/varied", as: .fixed, headers: ["Accept": accept])
        }
        #expect(picture.asked.load(ordering: .relaxed) == 2)
    }

    @Test("is not kept when its token was revoked while it was made")
    func revokedMeanwhile() async throws {
        let token = Mutex<NewAPIToken?>(nil)
        let holder = Mutex<Access?>(nil)
        let desk = try await ServerDesk { book in
            book.on(Self.operation("/slow")) { request, _ in
                let (access, token) = (holder.withLock { $0 }, token.withLock { $0 })
                if let access, let token { try await access.revokeToken(token.token.id) }
                return Picture().answer(request)
            }
        }
        let made = try await desk.access.createToken(name: "a", scope: .read)
        token.withLock { $0 = made }
        holder.withLock { $0 = desk.access }
        let headers: HTTPHeaders = ["Authorization": "Bearer \(made.text)"]
        #expect(try await desk.send(.get, "/slow", headers: headers).status == 200)
        #expect(try await desk.send(.get, "/slow", headers: headers).status == 401)
    }

    @Test("ends with its token's time")
    func expired() async throws {
        let desk = try await desk(Picture())
        let token = try await desk.access.createToken(name: "a", scope: .read, expiresIn: .seconds(60)).text
        let headers: HTTPHeaders = ["Authorization": "Bearer \(token)"]
        #expect(try await desk.send(.get, "/hot", headers: headers).status == 200)
        desk.clock.advance(.seconds(60))
        #expect(try await desk.send(.get, "/hot", headers: headers).status == 401)
    }

    @Test("is not kept as an open file, which would keep a deleted one on the disk")
    func files() async throws {
        let asked = Atomic(0)
        let pool = BlockingPool(threads: 1, name: "picture")
        let desk = try await ServerDesk { book in
            book.on(Self.operation("/file")) { request, _ in
                asked.add(1, ordering: .relaxed)
                request.attach(Reusable { true })
                let file = BlobContent(try OpenFile(reading: "/proc/self/exe"), byteCount: 5, pool: pool)
                return AgHTTP.content(
                    of: DeliveredContent(.content(file), tag: "t", contentType: "text/plain"), for: request)
            }
        }
        for _ in 0..<2 { _ = try await desk.send(.get, "/file", as: .fixed) }
        #expect(asked.load(ordering: .relaxed) == 2)
    }

    @Test("ends after a second, and with its signature before that", arguments: [-1, 1, 60])
    func patience(_ seconds: Int) {
        let end = ContinuousClock.now + .seconds(seconds)
        let promise = Reusable(until: end) { true }
        #expect(promise.until <= min(end, .now + .seconds(1)))
    }
}
