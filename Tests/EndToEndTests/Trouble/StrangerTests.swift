import AgBase
import AgTesting
import Testing

/// The short form of scripts/torture/strangers, which measures; here a second is enough to tell a server that answers from
/// one that is held up, on a machine that does other things as well.
@Suite("A stranger's connections", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct StrangerTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    private static func signIn(_ body: String) -> [UInt8] {
        let head = [
            "POST /api/sign-in HTTP/1.1", "Host: x", "Content-Type: application/json",
            "Content-Length: \(body.utf8.count)", "", "",
        ]
        return Array((head.joined(separator: "\r\n") + body).utf8)
    }

    private static func get(_ target: String, _ lines: String...) -> [UInt8] {
        Array((["GET \(target) HTTP/1.1", "Host: x"] + lines + ["", ""]).joined(separator: "\r\n").utf8)
    }

    /// Every bad shape in one piece or another; none has a token.
    private static let shapes: [[UInt8]] = {
        func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        return [
            signIn(times("[", 2_000) + times("]", 2_000)),
            // Four arrays five hundred deep, and half of a surrogate pair as the token.
            signIn(
                "{" + (0..<4).map { "\"\($0)\":" + times("[", 500) + times("]", 500) + "," }.joined()
                    + "\"token\":\"\\ud800\"}"),
            signIn("{" + (0..<300).map { "\"k\($0)\":1" }.joined(separator: ",") + "}"),
            signIn("{\"token\":\"" + times("\\u0041", 600) + "\"}"),
            signIn("{\"token\":" + times("9", 3_900) + "}"),
            signIn("{\"" + times("e\u{301}", 1_200) + "\":1}"),
            get("/api/images?" + times("a=%41&", 150)), get("/" + times("../", 2_000)),
            get("/livez", "Cookie: " + times("a=b; ", 2_000)), get("/", "Accept: " + times("image/a;q=0.1,", 700)),
            get("/", "Range: bytes=" + times("0-1,", 2_500)), [0xFF, 0, 0x0D, 0x0A, 0x16, 3, 1],
            Array("GET / HTTP/1.1\r\nHost".utf8), Array(signIn(times("x", 3_000)).prefix(200)),
        ]
    }()

    @Test("sending any bytes leave the check of a load balancer its answer within a second")
    func livez() async throws {
        let port = try server.client.port
        let times = try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<24 {
                group.addTask {
                    for round in 0..<4 {
                        guard let connection = try? await Connection.open(port) else { continue }
                        _ = try? await connection.send(Self.shapes[(index + round) % Self.shapes.count])
                        _ = try? await connection.answer(within: .milliseconds(100))
                        connection.hangUp()
                    }
                }
            }
            var times: [Duration] = []
            for _ in 0..<20 {
                let start = ContinuousClock.now
                #expect(try await server.stranger.get("/livez").status == 200)
                times.append(.now - start)
            }
            try await group.waitForAll()
            return times.sorted()
        }
        // Not the slowest: it may have met this process's own threads.
        #expect(times[17] < .seconds(1), "\(times)")
    }
}
