import AgBase
import AgTesting
import Testing

@Suite("A picture that is a page as well", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct PolyglotTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    private static let page = Array("<!DOCTYPE html><html><script>alert(document.domain)</script></html>".utf8)

    /// A JPEG with a comment segment, right behind its begin, that holds a page.
    private static var polyglot: Picture {
        let plain = Picture.photo(named: "page.html")
        let length = page.count + 2
        let comment = [0xFF, 0xFE, UInt8(length >> 8), UInt8(length & 255)] + page
        return Picture(
            name: plain.name, bytes: Array(plain.bytes.prefix(2)) + comment + Array(plain.bytes.dropFirst(2)),
            mediaType: plain.mediaType, width: plain.width, height: plain.height)
    }

    @Test("is served as a picture that may not be sniffed, framed or run, and its variants hold nothing of the page")
    func served() async throws {
        let polyglot = Self.polyglot
        let details = try await server.addAndFinish(polyglot)
        let id = try server.id(details)
        let original = try await server.client.get("/api/images/\(id)/original")
        #expect(original.body == polyglot.bytes)
        #expect(original["content-type"] == "image/jpeg")
        #expect(original["content-disposition"] == "inline; filename=\"page.jpg\"")
        for tail in ["original", "thumbnail", "variants/small.webp", "variants/small.avif"] {
            let answer = try await server.client.get("/api/images/\(id)/\(tail)")
            #expect(answer["content-type"]?.hasPrefix("image/") == true)
            #expect(answer["x-content-type-options"] == "nosniff")
            #expect(answer["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'")
            if tail != "original" { #expect(answer.body.firstRange(of: Array("<script".utf8)) == nil) }
        }
    }

    @Test("A page alone is no picture, whatever it is called")
    func page() async throws {
        let answer = try await server.upload([("page.jpg", Self.page)])
        #expect(answer.status == 422, "\(answer)")
    }
}
