import AgBase
import AgTesting
import Testing

@Suite("A crowd", .server(), .serverLog, .serialized, .timeLimit(.minutes(2)))
struct CrowdTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    func together(_ pictures: [Picture], fields: [(String, String)] = []) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for (index, picture) in pictures.enumerated() {
                group.addTask { (index, try await server.upload(picture, fields: fields)) }
            }
            var answers: [Int: Answer] = [:]
            for try await (index, answer) in group { answers[index] = answer }
            return pictures.indices.compactMap { answers[$0] }
        }
    }

    @Test("of a hundred uploads of one new picture makes one original, one image and one that is new")
    func same() async throws {
        let picture = Picture.photo()
        let before = try await Traces(server)
        let answers = try await together(Array(repeating: picture, count: 100))
        let images = try answers.map { try #require(try $0.json["images"]?.array?.first, "\($0)") }
        #expect(images.count == 100)
        #expect(images.count { $0["isNew"]?.bool == true } == 1)
        #expect(answers.count { $0.status == 201 } == 1)
        #expect(answers.count { $0.status == 200 } == 99)
        #expect(Set(images.map { $0["imageId"]?.string }).count == 1)
        try await server.finish(try server.id(images[0]))
        #expect(server.originals(of: picture).count == 1)
        let after = try await Traces(server)
        #expect(after.images == before.images + 1)
        #expect(after.jobs == before.jobs + 2)
    }

    @Test("of twenty different pictures gets them all, each with its own bytes")
    func different() async throws {
        let pictures = (0..<20).map { _ in Picture.photo(width: 200, height: 150) }
        let answers = try await together(pictures)
        for (picture, answer) in zip(pictures, answers) {
            #expect(answer.status == 201, "\(answer)")
            let image = try #require(try answer.json["images"]?.array?.first)
            #expect(image["sha256"]?.string == picture.sha256)
            let details = try await server.finish(try server.id(image))
            #expect(try await server.client.get(try #require(details["url"]?.string)).body == picture.bytes)
        }
    }

    @Test("of forms that share their pictures stores each of them once")
    func overlapping() async throws {
        let pictures = (0..<4).map { _ in Picture.photo(width: 64, height: 48) }
        let before = try await Traces(server)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for turn in 0..<8 {
                group.addTask {
                    let order = (0..<4).map { pictures[($0 + turn) % 4] }
                    let answer = try await server.upload(order.map { ($0.name, $0.bytes) })
                    let images = try #require(try answer.json["images"]?.array, "\(answer)")
                    #expect(images.map { $0["sha256"]?.string } == order.map(\.sha256))
                    return images.count { $0["isNew"]?.bool == true }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(counts == 4)
        #expect(try await Traces(server).images == before.images + 4)
        for picture in pictures { #expect(server.originals(of: picture).count == 1) }
    }

    @Test("that wants one id for different pictures gives it to one of them")
    func fixedID() async throws {
        let pictures = (0..<12).map { _ in Picture.photo(width: 64, height: 48) }
        let id = "\(UUIDv7.shared.next())"
        let before = try await Traces(server)
        let answers = try await together(pictures, fields: [("fixedId", id)])
        #expect(answers.map(\.status).sorted() == [201] + Array(repeating: 409, count: 11))
        let winner = try #require(answers.firstIndex { $0.status == 201 })
        try await server.finish(id)
        #expect(try await server.client.get("/api/images/\(id)/original").body == pictures[winner].bytes)
        #expect(try await Traces(server).images == before.images + 1)
        let losers = pictures.indices.filter { $0 != winner }.map { pictures[$0] }
        let areGone = try await server.eventually(within: .seconds(10)) {
            losers.allSatisfy { server.originals(of: $0).isEmpty }
        }
        #expect(areGone)
    }

    @Test("that uploads a picture while others delete it leaves a sound library")
    func uploadsAndDeletions() async throws {
        let picture = Picture.photo(width: 64, height: 48)
        try await withThrowingTaskGroup { group in
            for _ in 0..<30 {
                group.addTask {
                    let answer = try await server.upload(picture)
                    #expect([200, 201].contains(answer.status), "\(answer)")
                    let id = try server.id(try #require(try answer.json["images"]?.array?.first))
                    // Somebody else may have been faster.
                    let deletion = try await server.client.call("DELETE", "/api/images/\(id)")
                    #expect([204, 404].contains(deletion.status), "\(deletion)")
                }
            }
            try await group.waitForAll()
        }
        #expect(try await server.eventually(within: .seconds(60)) { server.originals(of: picture).isEmpty })
        let last = try await server.addAndFinish(picture)
        #expect(try await server.client.get(try #require(last["url"]?.string)).body == picture.bytes)
        let isSettled = try await server.eventually(within: .seconds(30)) {
            try await Argentum.run("verify", "--data", server.data).code == 0
        }
        #expect(isSettled)
    }
}
