import AgBase
import AgHTTP
import AgImaging
import AgLibrary
import AgServer
import AgTesting
import Testing

/// A subject that is in both lists and nowhere else.
private struct GreetingPart: LibraryPart {
    let word = "hello"

    init(on site: PartSite) {}

    func metrics() -> [MetricFamily] { [.gauge("greetings", "Greetings.", 1)] }
}

private enum GreetingRoutes: ServerPart {
    static func addRoutes(to book: inout RouteBook, _ site: ServerSite) {
        let word = site.library[GreetingPart.self].word
        let greet = Operation(
            .get, "/api/greeting", "Greet", tag: "Greetings", access: .scope(.read),
            answers: [.text(200, "A greeting.", "text/plain")])
        book.on(greet) { _, _ in .text(200, word, type: "text/plain") }
    }
}

@Suite("The routes of a subject", .timeLimit(.minutes(1)))
struct SubjectTests {
    @Test("are served, admitted, described and measured with all others, once it stands in the lists")
    func listed() async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let log = Log(to: SilentSink())
        var settings = LibrarySettings(dataFolder: folder.path)
        settings.parts += [GreetingPart.self]
        settings.fixedToken = Secret(Who.fixedText)
        settings.codecs = CodecSettings(codecs: 1)
        settings.codecs.executable = BuiltProgram.path
        let library = try await Library.open(settings, log: log)
        let application = Application(
            library, readiness: Readiness(of: library, log: log), publicURL: nil,
            subjects: ServerParts.all + [GreetingRoutes.self], log: log)

        func get(_ path: String, _ token: String?) async throws -> Answer {
            let headers: HTTPHeaders = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
            return try Answer(
                await application.respond(to: try HTTPRequest(method: .get, target: path, headers: headers)))
        }
        #expect(try await get("/api/greeting", nil).status == 401)
        #expect(try await get("/api/greeting", Who.fixedText).text == "hello")
        #expect(try await get("/openapi.json", nil).json["paths"]?["/api/greeting"]?["get"] != nil)
        #expect(try await get("/metrics", Who.fixedText).text.contains("\ngreetings 1\n"))
        await library.close()
    }
}
