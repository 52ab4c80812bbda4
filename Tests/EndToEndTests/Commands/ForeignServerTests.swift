import AgBase
import AgContract
import AgTesting
import Glibc
import Testing

@testable import argentum

/// What commands do with a server that is hostile, restarts, or is somebody else's.
@Suite("The command line and a foreign server", .timeLimit(.minutes(1)))
struct ForeignServerTests {
    let folder = TemporaryFolder()
    private let environment = ["ARGENTUM_TOKEN": "foreign-token-0123456789"]

    private func run(_ server: ScriptedServer, _ words: String...) async throws -> Argentum.Result {
        try await Argentum.run(
            words: words + ["--server", server.url, "--data", folder.path], environment: environment)
    }

    private static let ready = #"{"status":"ready","checks":[]}"#
    private static let escapes = "\u{1B}]0;x\u{7}\u{9B}2J\u{202E}gpj\u{2066}\u{200F}\r\n\u{7F}"
    private static let escaped = #"\u001b]0;x\u0007\u009b2J\u202egpj\u2066\u200f"#

    private static func details(_ image: API.Image) -> API.ImageDetails {
        API.ImageDetails(
            image: image, processedAt: nil, placeholder: nil, variants: [],
            metadata: .init(
                description: nil, tags: [], categories: [], colors: [], frames: 1, hasAlpha: false, isDamaged: false,
                exif: nil),
            sessions: [], generations: [], srcset: .init(webp: "", avif: ""))
    }

    /// The answer to the upload of one new picture.
    private static func taken(_ id: String) throws -> String {
        try JSONText.of(API.UploadAnswer(images: [.init(image: .example(id, .pending), isNew: true)], errors: []))
    }

    private static func isClean(_ text: String) -> Bool {
        !text.split(separator: "\n").contains { VisibleText.hasControls(String($0)) }
    }

    @Test("show nothing that steers the terminal, whatever the server sends")
    func escapes() async throws {
        let name = JSONValue.string("a\(Self.escapes)b").text
        let image = API.Image.example("01a1fa20-72f9-73a4-a7d6-554444a9a6c2", .completed, named: "a\(Self.escapes)b")
        let page = try JSONText.of(API.ImagePage(images: [image], next: nil))
        let details = try JSONText.of(Self.details(image))
        let server = try ScriptedServer { request in
            switch request.line {
            case "GET /api/images?limit=50": ScriptedServer.json(200, page)
            case "GET /openapi.json": ScriptedServer.json(200, #"{"openapi":"# + name + "}")
            case "GET /api/jobs?limit=50": ScriptedServer.json(500, #"{"detail":"# + name + "}")
            default: ScriptedServer.json(200, details)
            }
        }
        for words in [["list"], ["list", "--json"], ["get", "x"], ["get", "x", "--json"], ["openapi"]] {
            let result = try await Argentum.run(
                words: words + ["--server", server.url, "--data", folder.path], environment: environment)
            #expect(result.code == 0, "\(result)")
            #expect(Self.isClean(result.output), "\(words): \(result)")
            #expect(result.output.contains(Self.escaped), "\(words): \(result)")
            if words.last == "--json" {
                let read = try JSONValue.read(result.lines[0])["originalFilename"]?.string
                #expect(read == "a\(Self.escapes)b", "JSON says the same as the server did.")
            }
        }
        let refused = try await run(server, "jobs")
        #expect(refused.code == 1 && Self.isClean(refused.errors), "\(refused)")
        #expect(refused.errors.split(separator: "\n").count == 1, "\(refused)")
    }

    @Test("send the owner's token to this machine only", arguments: ["127.evil.example", "127.0.0.1.evil.example"])
    func ownersToken(host: String) async throws {
        try writeBytes(Array("ag_owner-token-0123456789\n".utf8), to: "\(folder.path)/admin-token")
        let server = try ScriptedServer { _ in ScriptedServer.json(200, Self.ready) }
        let away = try await Argentum.run("health", "--server", "http://\(host):\(server.port)", "--data", folder.path)
        #expect(away.code == 2 && away.errors.contains("another machine"), "\(away)")
        #expect(server.requests.all.isEmpty)
        let here = try await Argentum.run("health", "--server", server.url, "--data", folder.path)
        #expect(here.code == 0, "\(here)")
        #expect(server.requests.all.allSatisfy { $0.head.contains("Bearer ag_owner-token-0123456789") })
    }

    @Test("follow no redirect, which would lead the token elsewhere")
    func redirect() async throws {
        let other = try ScriptedServer { _ in ScriptedServer.json(200, "{}") }
        let server = try ScriptedServer { _ in ScriptedServer.json(307, "{}", "Location: \(other.url)/readyz\r\n") }
        #expect(try await run(server, "health").code == 1)
        #expect(other.requests.all.isEmpty)
    }

    @Test(
        "speak https to a server whose certificate is of the system's authorities or those of --ca-file, and to no other"
    )
    func https() async throws {
        let identity = try TLSIdentity()
        let heads = Collected<String>()
        let server = try LoopbackServer.http(tls: identity) { request, peer in
            heads.add(request.head)
            return peer.answer(200, Self.ready)
        }
        let words = ["health", "--server", "https://localhost:\(server.port)/silver", "--data", folder.path]
        let refused = try await Argentum.run(words: words, environment: environment)
        #expect(refused.code == 1 && refused.errors.contains("--ca-file"), "\(refused)")
        #expect(heads.all.isEmpty, "The token is not sent.")
        let wrong = try await Argentum.run(words: words + ["--ca-file", folder.file("none")], environment: environment)
        #expect(wrong.code == 2 && wrong.errors.contains("--ca-file"), "\(wrong)")
        let taken = try await Argentum.run(words: words + ["--ca-file", identity.path], environment: environment)
        #expect(taken.code == 0, "\(taken)")
        #expect(heads.all.first?.hasPrefix("GET /silver/readyz HTTP/1.1\r\n") == true)
        #expect(heads.all.first?.contains("Bearer foreign-token-0123456789") == true)
    }

    @Test("go through the proxy of the environment to other machines, and never to this one")
    func proxy() async throws {
        let proxy = try ScriptedServer { request in
            ScriptedServer.json(request.line.hasPrefix("CONNECT") ? 403 : 200, Self.ready)
        }
        let server = try ScriptedServer { _ in ScriptedServer.json(200, Self.ready) }
        let environment = environment.merging(["http_proxy": proxy.url, "https_proxy": proxy.url, "no_proxy": ""]) {
            $1
        }
        func health(_ url: String) async throws -> Argentum.Result {
            try await Argentum.run(
                words: ["health", "--server", url, "--data", folder.path], environment: environment)
        }
        for url in ["http://pictures.example:81", server.url, "http://localhost:\(server.port)"] {
            let result = try await health(url)
            #expect(result.code == 0, "\(result)")
        }
        #expect(proxy.requests.all.map(\.line) == ["GET http://pictures.example:81/readyz"])
        #expect(server.requests.all.map(\.line) == ["GET /readyz", "GET /readyz"])
        // This proxy makes no tunnel; it does not see the token either.
        let refused = try await health("https://pictures.example")
        #expect(refused.code == 1 && refused.errors.contains("https://pictures.example"), "\(refused)")
        #expect(proxy.requests.all.last?.line == "CONNECT pictures.example:443")
        #expect(proxy.requests.all.last?.head.contains("foreign-token") == false)
    }

    @Test("send a file again from its start to a server that restarts meanwhile")
    func restart() async throws {
        let files = Array(repeating: UInt8(7), count: 300_000)
        for name in ["a.jpg", "b.jpg", "c.jpg"] {
            try writeBytes([0xFF, 0xD8, 0xFF] + files, to: "\(folder.path)/\(name)")
        }
        let uploads = Collected<Int>()
        let server = try ScriptedServer { request in
            guard request.line == "POST /api/images/upload" else {
                return ScriptedServer.json(200, #"{"scope":"write"}"#)
            }
            uploads.add(1)
            switch uploads.all.count {
            case 1, 2: return nil
            case 3: return ScriptedServer.json(503, #"{"code":"stopping"}"#, "Retry-After: 0\r\n")
            case 4: return "HTTP/1.1 201 X\r\nContent-Length: 100\r\n\r\n{"
            default:
                let answer = try? Self.taken("01a1fa20-72f9-73a4-a7d6-5544440000\(uploads.all.count)")
                return answer.map { ScriptedServer.json(201, $0) }
            }
        }
        let result = try await run(
            server, "upload", "\(folder.path)/a.jpg", "\(folder.path)/b.jpg", "\(folder.path)/c.jpg", "--parallel", "1",
            "--json")
        #expect(result.code == 0, "\(result)")
        #expect(
            result.lines.last
                == #"{"summary":{"new":3,"known":0,"refused":0,"failed":0,"notSent":0,"skipped":0}}"#, "\(result)")
        #expect(result.errors.contains("The server is away"), "\(result)")
        let bodies = server.requests.all.filter { $0.line.hasPrefix("POST") }.map(\.body.count)
        #expect(Set(bodies).count == 1 && bodies[0] > 300_000, "Every time all of it: \(bodies)")
    }

    @Test("do not wait for a server that refuses, only for one that is away")
    func refusedWait() async throws {
        let taken = try Self.taken("01a1fa20-72f9-73a4-a7d6-554444a9a6c2")
        let server = try ScriptedServer { request in
            switch request.line {
            case "GET /api/session": ScriptedServer.json(200, #"{"scope":"write"}"#)
            case "POST /api/images/upload":
                ScriptedServer.json(201, taken)
            // The token was revoked meanwhile.
            default: ScriptedServer.json(401, #"{"detail":"This call needs a token."}"#)
            }
        }
        try writeBytes([1], to: "\(folder.path)/a.jpg")
        let result = try await run(server, "upload", "\(folder.path)/a.jpg", "--wait")
        #expect(result.code == 1 && result.errors.contains("token"), "\(result)")
        #expect(!result.errors.contains("The server is away"), "\(result)")
    }

    @Test("say which member of an answer is not what they know, and pass over members that they do not know")
    func contract() async throws {
        let server = try ScriptedServer { request in
            switch request.line {
            case "GET /api/session": ScriptedServer.json(200, #"{"scope":"write","rank":7,"tokenId":null}"#)
            case "POST /api/images/upload": ScriptedServer.json(201, #"{"images":[{"imageId":7}],"errors":[]}"#)
            default: ScriptedServer.json(200, #"{"status":"ready","checks":[{"name":"disk","took":3}],"since":"noon"}"#)
            }
        }
        let health = try await run(server, "health", "--json")
        #expect(health.code == 0, "\(health)")
        #expect(health.output.contains(#""since":"noon""#), "A program gets all that the server said.")
        try writeBytes([1], to: "\(folder.path)/a.jpg")
        let upload = try await run(server, "upload", "\(folder.path)/a.jpg", "--json")
        #expect(upload.code == 1 && upload.output.contains("images.0.imageId must be a text"), "\(upload)")
    }

    @Test("give all files up together when the server stays away, as not sent")
    func staysAway() async throws {
        try writeBytes([1], to: "\(folder.path)/a.jpg")
        let port = try LoopbackListener().port
        let client = try ServerClient(ServerAddress("http://127.0.0.1:\(port)"), token: nil, isLocal: false)
        let uploader = Uploader(
            client: client, session: nil, atOnce: 2, bar: ProgressBar(files: 5, bytes: 5, isShown: false),
            absence: Absence(patience: .milliseconds(30), firstPause: .milliseconds(5)) { _ in })
        let path = LocalPath("\(folder.path)/a.jpg")
        let codes = Collected<String>()
        await uploader.send(Array(repeating: UploadPlan.Item(path: path, byteCount: 1), count: 5)) { _, outcome in
            if case .notSent(let code, _) = outcome { codes.add(code) }
        }
        #expect(codes.all == Array(repeating: "not-sent", count: 5))
    }

    @Test("count what could not be read or sent apart from what was refused")
    func notSent() async throws {
        let server = try ScriptedServer { request in
            guard request.line == "POST /api/images/upload" else {
                return ScriptedServer.json(200, #"{"scope":"write"}"#)
            }
            return ScriptedServer.json(507, #"{"code":"storage-full","detail":"The disk is full."}"#)
        }
        try writeBytes([1], to: "\(folder.path)/a.jpg")
        let result = try await run(server, "upload", "\(folder.path)/a.jpg", "\(folder.path)/none.jpg", "--json")
        #expect(result.code == 1, "\(result)")
        #expect(
            result.lines.last
                == #"{"summary":{"new":0,"known":0,"refused":0,"failed":0,"notSent":2,"skipped":0}}"#, "\(result)")
        #expect(result.output.contains(#""code":"storage-full""#) && result.output.contains(#""code":"unreadable""#))
    }
}
