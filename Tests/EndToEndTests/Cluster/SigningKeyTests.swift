import AgBase
import AgLibrary
import AgSQL
import AgTesting
import Testing

@Suite("Keys that two servers sign URLs with", .ownServers, .everyEngine, .timeLimit(.minutes(2)))
struct SigningKeyTests {
    private let folder = TemporaryFolder()
    /// What `argentum keys` promises, and what a busy machine takes.
    private static let promise = SignedURLs.keysAreReadEvery + .seconds(2)

    /// Two servers on one database and one storage, and a picture there.
    private func with(_ body: (_ servers: [Server], _ image: String) async throws -> Void) async throws {
        let places = ["--database", try await database(), "--storage", "file://\(folder.path)/pictures"]
        let one = try await Server.start(places)
        let other = try await Server.start(places)
        try await body([one, other], one.id(await one.add(.photo(width: 24, height: 24))))
        for server in [one, other] { #expect(try await server.stop() == .code(0), "\(server.lastWords)") }
    }

    private func database() async throws -> String {
        switch try await Engine.current.place(in: folder) {
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let url): url
        }
    }

    private func sign(_ image: String, at server: Server) async throws -> String {
        let answer = try await server.client.post("/api/images/\(image)/sign", ["variant": "original"])
        return try #require(try answer.json["url"]?.string, "\(answer)")
    }

    /// Returns the new key's id.
    private func rotate(_ options: String...) async throws -> String {
        let words = ["keys", "rotate-signing", "--data", folder.path, "--database", try await database()]
        let result = try await Argentum.run(words: words + options)
        #expect(result.code == 0, "\(result)")
        return try #require(result.lines.first)
    }

    @Test("are replaced beside them: both sign with the new one in time, and what the old one signed stays good")
    func rotation() async throws {
        try await with { servers, image in
            let old = try await sign(image, at: servers[0])
            let key = try await rotate()
            for server in servers {
                let takesItUp = try await server.eventually(within: Self.promise) {
                    try await sign(image, at: server).contains("key=\(key)")
                }
                #expect(takesItUp)
            }
            let fresh = try await sign(image, at: servers[0])
            for server in servers {
                for url in [old, fresh] { #expect(try await server.stranger.get(url).status == 200) }
            }
        }
    }

    @Test(
        "are revoked beside them: both refuse what the old one signed in time, though they have just shown it, and for good"
    )
    func revocation() async throws {
        try await with { servers, image in
            let old = try await sign(image, at: servers[0])
            for server in servers { #expect(try await server.stranger.get(old).status == 200) }
            let key = try await rotate("--revoke")
            for server in servers {
                let refuses = try await server.eventually(within: Self.promise) {
                    try await server.stranger.get(old).status == 403
                }
                #expect(refuses)
            }
            for server in servers {
                try expectProblem(await server.stranger.get(old), 403, "bad-signature")
                let fresh = try await sign(image, at: server)
                #expect(fresh.contains("key=\(key)"))
                for shown in servers { #expect(try await shown.stranger.get(fresh).status == 200) }
            }
        }
    }
}
