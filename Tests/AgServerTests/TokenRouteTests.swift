import AgBase
import AgHTTP
import AgLibrary
import AgServer
import AgTesting
import Testing

@Suite("The routes of tokens", .everyEngine, .timeLimit(.minutes(1)))
struct TokenRouteTests {
    @Test("A token is made, listed without its secret, renamed and revoked")
    func life() async throws {
        let desk = try await ServerDesk()
        let made = try await desk.send(
            .post, "/api/tokens", as: .fixed, json: #"{"name":"phone","scope":"write","expiresIn":60}"#)
        #expect(made.status == 201)
        let text = try #require(try made.json["token"]?.string)
        let id = try #require(try made.json["details"]?["id"]?.string)
        #expect(try await desk.access.credential(token: text)?.scope == .write)

        let list = try await desk.send(.get, "/api/tokens", as: .fixed)
        #expect(try list.json["tokens"]?.array?.map { $0["name"]?.string } == ["phone"])
        #expect(!list.text.contains(text.suffix(43)))

        let renamed = try await desk.send(.patch, "/api/tokens/\(id)", as: .fixed, json: #"{"name":"tablet"}"#)
        #expect(try renamed.json["name"]?.string == "tablet")

        #expect(try await desk.send(.delete, "/api/tokens/\(id)", as: .fixed).status == 204)
        #expect(try await desk.access.credential(token: text) == nil)
        #expect(try await desk.send(.delete, "/api/tokens/\(id)", as: .fixed).code == "no-such-token")
    }

    @Test(
        "What no token can be is refused, and the member is named",
        arguments: [
            (#"{"scope":"read"}"#, "name"), (#"{"name":"","scope":"read"}"#, "name"),
            (#"{"name":"a\u0001b","scope":"read"}"#, "name"), (#"{"name":"a"}"#, "scope"),
            (#"{"name":"a","scope":"root"}"#, "scope"), (#"{"name":"a","scope":"read","expiresIn":0}"#, "expiresIn"),
            (#"{"name":"a","scope":"read","expiresIn":"soon"}"#, "expiresIn"),
        ])
    func refused(_ body: String, _ subject: String) async throws {
        let desk = try await ServerDesk()
        let answer = try await desk.send(.post, "/api/tokens", as: .fixed, json: body)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(try answer.json["errors"]?.array?.first?["subject"]?.string == subject)
        #expect(try await desk.access.listTokens().isEmpty)
    }

    @Test(
        "An id that cannot exist is a 404 like one that does not",
        arguments: ["x", "01936f5e-0000-7000-8000-00000000000g"])
    func oddID(_ id: String) async throws {
        #expect(try await ServerDesk().send(.delete, "/api/tokens/\(id)", as: .fixed).status == 404)
    }
}
