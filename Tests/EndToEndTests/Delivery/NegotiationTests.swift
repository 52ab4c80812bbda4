import AgBase
import AgTesting
import Testing

@Suite("A variant without a format in its name", .server(), .serverLog, .timeLimit(.minutes(1)))
struct NegotiationTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("is AVIF for those who name it and WebP for all others, and caches are told")
    func accept() async throws {
        let id = try server.id(await server.addAndFinish(.photo()))
        let cases: [(accept: String?, type: String)] = [
            (nil, "image/webp"), ("*/*", "image/webp"), ("image/*", "image/webp"), ("image/webp", "image/webp"),
            ("image/avif", "image/avif"), ("image/avif,image/webp,*/*;q=0.8", "image/avif"),
            ("image/avif;q=0, image/webp", "image/webp"), ("IMAGE/AVIF", "image/avif"), ("text/html", "image/webp"),
            ("image/avifx", "image/webp"), ("", "image/webp"), (";;q=,", "image/webp"),
        ]
        for size in ["small", "medium", "large"] {
            for (accept, type) in cases {
                let headers: KeyValuePairs<String, String> = accept.map { ["Accept": $0] } ?? [:]
                let answer = try await server.client.get("/api/images/\(id)/variants/\(size)", headers: headers)
                #expect(answer["content-type"] == type, "\(size) for \(accept ?? "nothing"): \(answer)")
                #expect(answer["vary"]?.lowercased() == "accept")
            }
        }
    }

    @Test("has an entity tag per format")
    func tags() async throws {
        let id = try server.id(await server.addAndFinish(.photo()))
        let target = "/api/images/\(id)/variants/small"
        let webp = try await server.client.get(target, headers: ["Accept": "image/webp"])
        let avif = try await server.client.get(target, headers: ["Accept": "image/avif"])
        let tag = try #require(webp["etag"])
        #expect(tag != avif["etag"])
        let again = try await server.client.get(target, headers: ["Accept": "image/webp", "If-None-Match": tag])
        #expect(again.status == 304)
        #expect(again["vary"]?.lowercased() == "accept")
        let other = try await server.client.get(target, headers: ["Accept": "image/avif", "If-None-Match": tag])
        #expect(other.status == 200)
    }
}
