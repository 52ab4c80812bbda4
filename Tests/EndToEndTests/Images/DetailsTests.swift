import AgBase
import AgTesting
import Testing

@Suite("What is known of an image", .server(), .serverLog, .timeLimit(.minutes(1)))
struct DetailsTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("is all that a page needs to show it")
    func page() async throws {
        let picture = Picture.photo(width: 800, height: 600, named: "dollar.jpg")
        let id = try server.id(await server.addAndFinish(picture, fields: [("sessionId", "desk")]))
        let details = try await server.json("/api/images/\(id)")
        #expect(details == (try await server.json("/api/images/\(id)/details")))
        #expect(details["originalFilename"]?.string == "dollar.jpg")
        #expect(details["sessions"]?.array == ["desk"])
        #expect(details["generations"]?.array == [])
        let uploaded = try #require(details["uploadedAt"]?.string.flatMap { Timestamp(rfc3339: $0) })
        let processed = try #require(details["processedAt"]?.string.flatMap { Timestamp(rfc3339: $0) })
        #expect(uploaded <= processed)
        #expect((details["placeholder"]?.string?.count ?? 0) > 16)
        let colors = try #require(details[path: "metadata.colors"]?.array)
        #expect(!colors.isEmpty)
        for color in colors {
            #expect(color["hex"]?.string?.count == 7 && color["hex"]?.string?.hasPrefix("#") == true)
            #expect(0...1 ~= color["share"]?.double ?? -1)
        }
    }

    @Test("lists every variant once, and what goes into srcset")
    func variants() async throws {
        let details = try await server.addAndFinish(.photo(width: 1_100, height: 700))
        let names = try #require(details["variants"]?.array).map {
            "\($0["variantType"]?.string ?? "").\($0["format"]?.string ?? "")"
        }
        #expect(names.sorted() == (VariantTests.names + ["thumbnail.webp"]).sorted())
        for format in ["webp", "avif"] {
            let set = try #require(details["srcset"]?[format]?.string)
            #expect(set.split(separator: ", ").map { $0.split(separator: " ").last } == ["640w", "1024w", "1100w"])
        }
    }

    @Test("holds the camera, the time and the settings of a photograph")
    func exif() async throws {
        let bytes = ExifBlock().inside(Picture.photo().bytes)
        let details = try await server.addAndFinish(
            Picture(name: "camera.jpg", bytes: bytes, mediaType: "image/jpeg", width: 320, height: 240))
        let exif = try #require(details[path: "metadata.exif"])
        #expect(exif["make"]?.string == "Argentum Optics")
        #expect(exif["model"]?.string == "Silver 1")
        #expect(exif["takenAt"]?.string == "2026-05-03T12:13:14+02:00")
        #expect(exif["iso"]?.int == 200)
        #expect(exif["aperture"]?.double == 2.8)
        #expect(exif["exposure"]?.double == 0.004)
        #expect(exif["focalLength"]?.double == 50)
        #expect(exif["orientation"]?.int == 1)
    }

    @Test("tells the place only to those who may change it")
    func place() async throws {
        let bytes = ExifBlock().inside(Picture.photo().bytes)
        let details = try await server.addAndFinish(
            Picture(name: "place.jpg", bytes: bytes, mediaType: "image/jpeg", width: 320, height: 240))
        let place = try #require(details[path: "metadata.exif.gps"])
        #expect(abs((place["latitude"]?.double ?? 0) - 48.858_333) < 0.000_01)
        #expect(abs((place["longitude"]?.double ?? 0) - 2.294_444) < 0.000_01)
        #expect(place["altitude"]?.double == 35)

        let made = try await server.client.post("/api/tokens", ["name": "reader", "scope": "read"])
        let reader = Client(port: try server.client.port, token: try made.json["token"]?.string)
        let seen = try await reader.get("/api/images/\(try server.id(details))").json
        #expect(seen[path: "metadata.exif.model"]?.string == "Silver 1")
        #expect(seen[path: "metadata.exif.gps"] == nil)
    }

    @Test("has the state of both jobs")
    func status() async throws {
        let id = try server.id(await server.addAndFinish(.photo()))
        let progress = try await server.json("/api/images/\(id)/status")
        #expect(progress["imageId"]?.string == id)
        #expect(progress["status"]?.string == "completed")
        #expect(progress["error"] == .null)
        let jobs = try #require(progress["jobs"]?.array)
        #expect(Set(jobs.compactMap { $0["jobName"]?.string }) == ["generate-variants", "generate-metadata"])
        for job in jobs {
            #expect(job["state"]?.string == "completed")
            #expect(job["attempt"]?.int == 1)
            #expect(job["maxAttempts"]?.int == 3)
            #expect(job["error"] == .null)
        }
    }

    @Test("can be made again, all of it or a part")
    func reprocess() async throws {
        let id = try server.id(await server.addAndFinish(.photo()))
        for (order, count) in [([:], 2), (["only": ["metadata"]], 1), (["only": ["variants", "metadata"]], 2)]
            as [(JSONValue, Int)]
        {
            let stream = try await EventStream.open(server.client, "types=job-completed,job-failed&imageId=\(id)")
            let answer = try await server.client.post("/api/images/\(id)/reprocess", order)
            #expect(answer.status == 202)
            let ids = Set(try answer.json["jobIds"]?.array?.compactMap(\.string) ?? [])
            #expect(ids.count == count)
            _ = try await stream.when { events in
                ids.isSubset(of: events.filter { $0.type == "job-completed" }.compactMap { $0.json["jobId"]?.string })
                    ? true : nil
            }
            #expect(try await server.json("/api/images/\(id)")["status"]?.string == "completed")
        }
        let path = "/api/images/\(id)/reprocess"
        try expectProblem(await server.client.post(path, ["only": ["everything"]]), 422, "invalid-body")
        try expectProblem(await server.client.post(path, ["only": []]), 422, "invalid-body")
    }
}
