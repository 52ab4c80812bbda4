import AgBase
import AgTesting
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
        #expect(isUnderWay, "\(server.lastWords)")
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

    @Test(
        "sends pictures and takes uploads while one token reads as many large files as it may, and slowly", .everyEngine
    )
    func downloads() async throws {
        let server = try await Server.start(descriptors: 256)
        let made = try await server.client.post("/api/tokens", ["name": "greedy", "scope": "read"]).json
        let greedy = Client(port: try server.client.port, token: made["token"]?.string)
        // Longer than what a socket takes at once.
        let picture = PNGFile.drawn(64, 64)
        let long = picture.prefix(33) + PNGFile.chunk("prVt", [UInt8](repeating: 7, count: 6 << 20))
        var files: [String] = []
        for number in 0..<3 {
            let file = long + PNGFile.chunk("prVt", [UInt8(number)]) + picture.dropFirst(33)
            let image = try await server.upload([("\(number).png", Array(file))]).json["images"]?.array?.first
            files.append("/api/images/\(try server.id(try #require(image)))/original")
        }
        var held: [Connection] = []
        var statuses: [Int] = []
        for number in 0..<12 {
            let connection = try await Connection.open(greedy.port)
            try await connection.send(greedy.request("GET", files[number % 3]))
            let first = try await connection.bytes(within: .seconds(20))
            statuses.append(Int(String(decoding: first.prefix(12).suffix(3), as: UTF8.self)) ?? 0)
            held.append(connection)
        }
        #expect(statuses.prefix(8).allSatisfy { $0 == 200 } && statuses.contains(503), "\(statuses)")
        let refused = try await greedy.get(files[0])
        try expectProblem(refused, 503, "downloads-busy")
        #expect(refused["retry-after"] == "2")
        // Others get theirs, and what lies in memory comes to all.
        #expect(try await server.client.get(files[0]).status == 200)
        #expect(try await greedy.get("/api/images?limit=1").status == 200)
        #expect(try await server.client.get("/readyz").status == 200)

        for connection in held { connection.hangUp() }
        let isOver = try await server.eventually(within: .seconds(20)) { try await greedy.get(files[0]).status == 200 }
        #expect(isOver)
        #expect(!server.logText.contains("(errno 24)"))
        try await server.stop()
    }
}
