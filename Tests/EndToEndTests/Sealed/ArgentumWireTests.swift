import AgBase
import AgCrypto
import AgTesting
import AgWire
import Glibc
import Testing

@Suite("Argentum's own wire", .server(), .serverLog, .timeLimit(.minutes(2)))
struct ArgentumWireTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    private func record(_ id: String) async throws -> WireRecord {
        let answer = try await server.client.get("/api/images/\(id)/record", headers: ["x-argentum-wire": "1"])
        #expect(answer["cache-control"] == "no-store")
        return try WireRecord(try answer.json)
    }

    private func ask(_ record: WireRecord, token: Int64? = nil, version: String = "1") async throws -> [UInt8] {
        let answer = try await server.stranger.get(
            "/pixstore-image/\(PixstoreClient.encoded(record.record.id))",
            headers: [
                "x-argentum-wire": version, "x-pixstore-proof": record.record.proof,
                "x-pixstore-token": token.map { "\($0)" } ?? "",
            ])
        #expect(answer.status == 200)
        return answer.body
    }

    @Test("tells a client in less than 100 bytes that what it has is current, and else sends what it can check")
    func exchange() async throws {
        let picture = Picture.photo(width: 600, height: 400)
        let id = try server.id(await server.addAndFinish(picture))
        let record = try await record(id)
        let subject = try #require(WireSubject(recordID: record.record.id))
        try record.verify(record.server, for: subject)
        let client = WireClient(server: record.server, subject: subject, recordKey: record.recordKey)

        let bytes = try await ask(record)
        guard case .picture(let head, let seal, let offset, let seen) = try client.judge(bytes, seen: nil) else {
            throw HarnessFailure("No picture came.")
        }
        let (_, opened) = try SealedPicture.open(
            bytes.span.bytes.extracting(droppingFirst: offset), with: seal)
        #expect(opened == picture.bytes && head.token == record.record.token)

        let current = try await ask(record, token: head.token.number)
        #expect(current.count < 100)
        guard case .current = try client.judge(current, seen: seen) else { throw HarnessFailure("It is not current.") }

        // The new state opens with the record from before; the old one is refused from then on.
        let other = Picture.photo(width: 30, height: 30)
        #expect(try await server.replace(id, by: other.bytes).status == 200)
        let newer = try await ask(record, token: head.token.number)
        guard case .picture(let newHead, _, _, let newSeen) = try client.judge(newer, seen: seen) else {
            throw HarnessFailure("No picture came.")
        }
        #expect(newHead.token > head.token)
        #expect(throws: WireRefusal.olderThanSeen(token: head.token.number, seen: newHead.token.number)) {
            try client.judge(bytes, seen: newSeen)
        }
        // Of another picture, by a proof of that one.
        let stranger = try await self.record(try server.id(await server.add(.photo(width: 25, height: 25))))
        let swapped = try await ask(stranger)
        #expect(throws: WireRefusal.notGenuine) { try client.judge(swapped, seen: newSeen) }
    }

    @Test("answers an unknown version, a wrong proof and an unknown picture in its own form")
    func failures() async throws {
        let id = try server.id(await server.add(.photo(width: 40, height: 30)))
        let record = try await record(id)
        #expect(try await ask(record, version: "2") == [0xA1, WireState.unknownVersion.rawValue])
        let wrong = try await server.stranger.get(
            "/pixstore-image/\(id)", headers: ["x-argentum-wire": "1", "x-pixstore-proof": "AAAAAAAAAAAA"])
        #expect(wrong.body == [0xA1, WireState.invalidProof.rawValue])
        #expect(try await server.client.call("DELETE", "/api/images/\(id)").status == 204)
        #expect(try await ask(record) == [0xA1, WireState.notFound.rawValue])
        // A token from the future is no reason to say that it is current.
        let there = try await self.record(try server.id(await server.add(.photo(width: 41, height: 30))))
        #expect(try await ask(there, token: there.record.token.number + 1)[1] == WireState.full.rawValue)
        let metrics = try await server.client.get("/metrics").text
        #expect(metrics.contains(#"argentum_sealed_pictures_total{outcome="invalid-proof"} "#))
    }
}

@Suite("The master key of a server", .ownServers, .timeLimit(.minutes(2)))
struct MasterKeyStartTests {
    @Test("keeps records and proofs over a restart, is changed by a command, and a wrong one ends the start with 12")
    func life() async throws {
        let server = try await Server.start(["--proof-window", "1h"])
        let picture = Picture.photo(width: 50, height: 40)
        let id = try server.id(await server.add(picture))
        let client = PixstoreClient(server)
        let record = try await server.record(id)
        #expect(try await client.image(record) == picture.bytes)

        let rotated = try await Argentum.run("keys", "rotate", "--data", server.data)
        #expect(rotated.code == 0 && rotated.output.contains("3 keys wrapped again"), "\(rotated)")
        #expect(try await PixstoreClient(server).image(record) == picture.bytes)
        #expect(try await server.record(id)["token"] == record["token"])
        try await server.stop()
        try await server.start()
        #expect(try await server.record(id)["meta"] == record["meta"])
        #expect(try await PixstoreClient(server).image(record) == picture.bytes)
        try await server.stop()

        let path = "\(server.data)/master.key"
        let key = try #require(readBytes(path))
        for (spoiled, words) in [(nil, "which is not here"), (Array("argentum-master-key 1\n".utf8), "damaged")]
            as [([UInt8]?, String)]
        {
            if let spoiled { try writeBytes(spoiled, to: path) } else { #expect(unlink(path) == 0) }
            let start = try await Argentum.run(words: ["serve", "--port", "0", "--data", server.data])
            #expect(start.code == 12 && start.errors.contains(words), "\(start)")
            #expect(start.errors.contains(server.data), "\(start)")
        }
        let given = try await Argentum.run(
            words: ["serve", "--port", "0", "--data", server.data],
            environment: ["ARGENTUM_MASTER_KEY": String(repeating: "0f", count: 32)])
        #expect(given.code == 12 && given.errors.contains("of another installation"), "\(given)")
        try writeBytes(key, to: path)
        try await server.start()
        #expect(try await PixstoreClient(server).image(record) == picture.bytes)
        try await server.stop()
    }

    @Test("is not made for an installation that seals nothing, and there is nothing to change then")
    func nothing() async throws {
        let server = try await Server.start()
        let result = try await Argentum.run("keys", "rotate", "--data", server.data)
        #expect(result.code == 10 && result.errors.contains("nothing to rotate"), "\(result)")
        #expect(readBytes("\(server.data)/master.key") == nil)
        try await server.stop()
    }
}
