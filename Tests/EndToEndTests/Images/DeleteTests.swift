import AgBase
import AgTesting
import Testing

@Suite("A deleted image", .server(), .serverLog, .timeLimit(.minutes(2)))
struct DeleteTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("is gone at once everywhere, and from the disk soon after")
    func gone() async throws {
        let picture = Picture.photo()
        let details = try await server.addAndFinish(picture, fields: [("sessionId", "leaving")])
        let id = try server.id(details)
        let signed = try await server.client.post("/api/images/\(id)/sign", ["variant": "small.webp"])
        let url = try #require(try signed.json["url"]?.string)
        let original = try #require(server.originals(of: picture).first)
        let stem = try #require(original.split(separator: "/").last?.split(separator: ".").first.map(String.init))
        #expect(server.pictureFiles.filter { $0.contains(stem) }.count > 1)

        #expect(try await server.client.call("DELETE", "/api/images/\(id)").status == 204)
        let tails = ["", "/details", "/status", "/thumbnail", "/original", "/variants/small.webp", "/variants/small"]
        for tail in tails {
            try expectProblem(await server.client.get("/api/images/\(id)\(tail)"), 404, "no-such-image")
        }
        #expect(try await server.stranger.get(url).status == 404)
        for (method, tail) in [("DELETE", ""), ("POST", "/reprocess"), ("DELETE", "?sessionId=leaving")] {
            #expect(try await server.client.call(method, "/api/images/\(id)\(tail)").status == 404)
        }
        #expect(try await server.json("/api/sessions/leaving/images")["images"]?.array == [])
        let areGone = try await server.eventually(within: .seconds(60)) {
            !server.pictureFiles.contains { $0.contains(stem) }
        }
        #expect(areGone)
    }

    @Test("can be uploaded again as a new one")
    func again() async throws {
        let picture = Picture.photo()
        let first = try server.id(await server.addAndFinish(picture))
        #expect(try await server.client.call("DELETE", "/api/images/\(first)").status == 204)
        let second = try await server.upload(picture)
        #expect(second.status == 201)
        let id = try server.id(try #require(try second.json["images"]?.array?.first))
        #expect(id != first)
        let details = try await server.finish(id)
        let original = try await server.client.get(try #require(details["url"]?.string))
        #expect(original.body == picture.bytes)
    }

    @Test("leaves the bytes to another image that shows them")
    func shared() async throws {
        let picture = Picture.photo()
        let first = try server.id(await server.addAndFinish(picture))
        let second = "\(UUIDv7.shared.next())"
        _ = try await server.add(picture, fields: [("fixedId", second)])
        try await server.finish(second)
        #expect(try await server.client.call("DELETE", "/api/images/\(first)").status == 204)
        // A last image's bytes, deleted later: when these are gone, the removals have been by.
        let marker = Picture.photo()
        let markerID = try server.id(await server.addAndFinish(marker))
        #expect(try await server.client.call("DELETE", "/api/images/\(markerID)").status == 204)
        #expect(try await server.eventually(within: .seconds(60)) { server.originals(of: marker).isEmpty })
        #expect(try await server.client.get("/api/images/\(second)/original").body == picture.bytes)
        for name in VariantTests.names {
            #expect(try await server.client.get("/api/images/\(second)/variants/\(name)").status == 200)
        }
        #expect(try await server.client.call("DELETE", "/api/images/\(second)").status == 204)
        #expect(try await server.eventually(within: .seconds(60)) { server.originals(of: picture).isEmpty })
    }

    @Test("takes its waiting jobs with it")
    func jobs() async throws {
        for _ in 0..<4 {
            let id = try server.id(await server.add(.photo(width: 1_200, height: 900)))
            #expect(try await server.client.call("DELETE", "/api/images/\(id)").status == 204)
            let jobs = try await server.json("/api/jobs?imageId=\(id)")["jobs"]?.array ?? []
            #expect(
                jobs.allSatisfy { ["cancelled", "completed"].contains($0["state"]?.string) }, "\(jobs.map(\.text))")
        }
    }

    @Test("is announced")
    func announced() async throws {
        let id = try server.id(await server.add(.photo()))
        let stream = try await EventStream.open(server.client, "types=image-deleted&imageId=\(id)")
        #expect(try await server.client.call("DELETE", "/api/images/\(id)").status == 204)
        let event = try await stream.first { _ in true }
        #expect(event.type == "image-deleted")
        #expect(event.imageID == id)
    }
}
