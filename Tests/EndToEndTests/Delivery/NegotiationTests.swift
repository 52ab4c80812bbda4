import AgBase
import AgTesting
import Testing

@Suite("A variant without a format in its name", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct NegotiationTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("is AVIF for those who name it, WebP for others, the smaller for those who take both, and caches are told")
    func accept() async throws {
        let details = try await server.addAndFinish(.photo())
        let id = try server.id(details)
        // `nil` for the smaller one.
        let cases: [(accept: String?, type: String?)] = [
            (nil, "image/webp"), ("*/*", "image/webp"), ("image/*", "image/webp"), ("image/webp", "image/webp"),
            ("image/avif", "image/avif"), ("image/avif,image/webp,*/*;q=0.8", nil), ("image/avif, image/*", nil),
            ("image/avif;q=0, image/webp", "image/webp"), ("IMAGE/AVIF", "image/avif"), ("text/html", "image/webp"),
            ("image/avifx", "image/webp"), ("", "image/webp"), (";;q=,", "image/webp"),
        ]
        for size in ["small", "medium", "large"] {
            let both = (details["variants"]?.array ?? []).filter { $0["variantType"]?.string == size }
            let smaller = both.min { ($0["fileSize"]?.int ?? 0) < ($1["fileSize"]?.int ?? 0) }
            let format = try #require(smaller?["format"]?.string)
            for (accept, type) in cases {
                let type = type ?? "image/\(format)"
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
