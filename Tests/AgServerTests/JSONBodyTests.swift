import AgBase
import AgHTTP
import AgServer
import AgTesting
import Testing

@Suite("A body of JSON", .everyEngine, .timeLimit(.minutes(1)))
struct JSONBodyTests {
    @Test(
        "that is no JSON is refused with the place",
        arguments: [
            ("{\"name\":\"a\",\n \"scope\":}", "line 2, column 10: a value must stand here"),
            (
                #"{"name":"a","scope":"read","name":"b"}"#,
                "line 1, column 28: the object has a member of this name already"
            ),
            (#"{"name":"\ud800","scope":"read"}"#, "line 1, column 10: half of a surrogate pair stands alone"),
            (#"{"name":"a\u0000","scope":"read"}"#, "line 1, column 11: texts with a NUL character are not taken"),
            (String(repeating: "[", count: 500), "line 1, column 33: arrays and objects are nested deeper than 32"),
            (#"{"name":"a","scope":"read"} x"#, "line 1, column 29: something stands behind the value"),
        ])
    func place(_ body: String, _ complaint: String) async throws {
        let answer = try await ServerDesk().send(.post, "/api/tokens", as: .fixed, json: body)
        #expect(answer.status == 400)
        #expect(answer.code == "invalid-json")
        #expect(try answer.json["detail"]?.string?.contains(complaint) == true, "\(answer.text)")
    }

    @Test(
        "that is JSON and not what the call takes is refused with the member",
        arguments: [
            (#"{"name":"a"}"#, "scope", "missing"), (#"{"name":7,"scope":"read"}"#, "name", "wrong-type"),
            (#"{"name":null,"scope":"read"}"#, "name", "wrong-type"),
            (#"{"name":"a","scope":"read","expiresIn":1.5}"#, "expiresIn", "invalid-value"),
            (#"{"name":"a","scope":"read","expiresIn":1e999999999}"#, "expiresIn", "invalid-value"),
            (#"{"name":"a","scope":"read","expiresin":1}"#, "expiresin", "unknown-member"), ("[]", "", "wrong-type"),
        ])
    func member(_ body: String, _ subject: String, _ code: String) async throws {
        let answer = try await ServerDesk().send(.post, "/api/tokens", as: .fixed, json: body)
        #expect(answer.status == 422)
        #expect(answer.code == "invalid-body")
        let error = try #require(try answer.json["errors"]?.array?.first)
        #expect(error["subject"]?.string == subject)
        #expect(error["code"]?.string == code)
    }

    @Test("may write its numbers as it likes, and its members in any order")
    func numbers() async throws {
        let body = #"{"expiresIn":6.0e1,"scope":"read","name":"a"}"#
        #expect(try await ServerDesk().send(.post, "/api/tokens", as: .fixed, json: body).status == 201)
    }

    @Test("with a name of sixty thousand accents is shown by its first bytes, and gets no suggestion")
    func accents() async throws {
        let name = "a" + String(repeating: "\u{301}", count: 30_000)
        let answer = try await ServerDesk().send(.post, "/api/tokens", as: .fixed, json: "{\"\(name)\":1}")
        #expect(answer.code == "invalid-body")
        #expect(answer.text.utf8.count < 1_000)
    }

    @Test("may be as long as the route says, whatever is in it", arguments: [("/api/sign-in", 4), ("/api/tokens", 64)])
    func sizes(_ path: String, _ kilobytes: Int) async throws {
        let desk = try await ServerDesk()
        let most = String(repeating: " ", count: kilobytes << 10)
        #expect(try await desk.send(.post, path, as: .fixed, json: most).status == 400)
        #expect(try await desk.send(.post, path, as: .fixed, json: most + " ").code == "body-too-large")
    }

    /// Members of arrays that are nested five hundred deep, and a token behind them. A reader that tries each type for each
    /// value walks through them again at every level.
    private static func deep(_ count: Int, _ token: String) -> String {
        let array = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        return "{" + (0..<count).map { "\"\($0)\":\(array)," }.joined() + "\"token\":\(token)}"
    }

    private static let worstBodies: [String] = {
        func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }
        func object(_ members: [String]) -> String { "{\(members.joined(separator: ","))}" }
        func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        return [
            many("[", 4_000), Self.deep(4, "\"\\ud800\""), Self.deep(2, "\"x\""),
            list(Array(repeating: many("[", 30) + many("]", 30), count: 1_000)),
            object((0..<6_000).map { "\"m\($0)\":0" }), object(Array(repeating: "\"m\":0", count: 9_000)),
            "\"" + many("\\u00e9", 10_000) + "\"", "{\"name\":" + many("9", 60_000) + "}",
            "{\"" + many("é", 30_000) + "\":0}", list(Array(repeating: "1e999999999", count: 5_000)),
        ]
    }()

    /// In processor time of this thread, so that other programs change nothing; and at depths that no route allows, because
    /// the limit would hide a reader that is not linear.
    @Test("is read in a time that grows with its length alone", arguments: worstBodies)
    func reading(_ body: String) {
        let bytes = Array(body.utf8)
        let time = processorTime { _ = try? JSONValue(json: bytes, depth: 600) }
        #expect(time < .seconds(1), "\(body.prefix(40))")
    }

    /// What a stranger may send for the sign-in, which is read on the event loop.
    private static let longestUnknown = 4 << 10
    #if DEBUG
        private static let mostTime = Duration.milliseconds(100)
    #else
        private static let mostTime = Duration.milliseconds(20)
    #endif

    @Test(
        "of four kibibytes costs less than 20 ms of a release build's time, whatever its shape", arguments: worstBodies)
    func cost(_ body: String) {
        // Cut off, most of these are read to the end before the error is met.
        let bytes = Array(body.utf8.prefix(Self.longestUnknown))
        // Again when this thread's caches were another program's.
        let best = (0..<3).map { _ in processorTime { _ = try? JSONValue(json: bytes) } }.min() ?? .seconds(1)
        #expect(best < Self.mostTime, "\(body.prefix(40))")
    }

    /// The shapes that cost the most when something in the way is not linear. The bound is for a debug build on a busy machine.
    @Test(
        "is answered soon by every route, whatever its shape",
        arguments: worstBodies)
    func worst(_ body: String) async throws {
        let desk = try await ServerDesk()
        let clock = ContinuousClock()
        for operation in desk.application.operations where operation.body?.mediaType == "application/json" {
            let path = operation.path.replacingIDs
            var best = Duration.seconds(60)
            // Again when another program had the processor.
            for _ in 0..<3 where best > .seconds(1) {
                let took = try await clock.measure {
                    let answer = try await desk.send(operation.method, path, as: .fixed, json: body)
                    #expect(400..<500 ~= answer.status, "\(path): \(answer.text)")
                }
                best = min(best, took)
            }
            #expect(best < .seconds(1), "\(operation.method) \(path): \(body.prefix(40))")
        }
    }
}
