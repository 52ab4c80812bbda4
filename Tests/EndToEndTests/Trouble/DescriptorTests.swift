import AgBase
import Testing

/// Few descriptors, and one caller who would like to have all of them.
@Suite("A server with 256 descriptors", .ownServers, .timeLimit(.minutes(2)))
struct DescriptorTests {
    @Test("takes uploads and works on jobs while one token holds forty forms of ten files open")
    func forms() async throws {
        let server = try await Server.start(descriptors: 256)
        let made = try await server.client.post("/api/tokens", ["name": "greedy", "scope": "write"]).json
        let greedy = Client(port: try server.client.port, token: made["token"]?.string)
        let request = greedy.request(
            "POST", "/api/images/upload",
            // Larger than what a connection holds before it is handed on; they are judged only at the end.
            .form(.of((0..<10).map { ("\($0).png", [UInt8](repeating: UInt8($0), count: 60_000)) })))
        var held: [Connection] = []
        for _ in 0..<40 {
            let connection = try await Connection.open(greedy.port)
            try await connection.send(Array(request.dropLast(20)))
            held.append(connection)
        }
        // All that one caller may have, and no more, are being read.
        let isUnderWay = try await server.eventually(within: .seconds(20)) {
            server.pictureFiles.count { $0.hasSuffix(".part") } >= 80
        }
        #expect(isUnderWay)
        let refused = try await greedy.call(
            "POST", "/api/images/upload", .form(.of([("a.png", Picture.photo().bytes)])))
        try expectProblem(refused, 503, "uploads-busy")
        #expect(refused["retry-after"] == "2")

        _ = try await server.addAndFinish(Picture.photo())
        #expect(try await server.client.get("/readyz").status == 200)
        for connection in held { connection.hangUp() }
        let isOver = try await server.eventually(within: .seconds(20)) {
            try await greedy.call("POST", "/api/images/upload", .form(.of([("b.png", Picture.photo().bytes)]))).status
                == 201
        }
        #expect(isOver)
        #expect(!server.logText.contains("(errno 24)"))
        try await server.stop()
    }
}
