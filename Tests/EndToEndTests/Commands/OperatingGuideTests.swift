import AgBase
import AgTesting
import Glibc
import Testing

/// The commands of docs/operating.md, run as they are written.
@Suite("The guide for operators", .ownServers, .timeLimit(.minutes(1)))
struct OperatingGuideTests {
    let folder = TemporaryFolder()

    /// The block of commands below its mark.
    private func commands(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        let guide = try #require(readText("\(root)/docs/operating.md"))
        let below = try #require(
            guide.split(separator: "<!-- run: \(name) -->\n```sh\n", maxSplits: 1).dropFirst().first)
        return String(below.prefix(upTo: try #require(below.firstRange(of: "```")?.lowerBound)))
    }

    private func follow(_ name: String, data: String, backup: String) async throws -> String {
        let out = "\(folder.path)/\(name).out"
        let script = "set -eu\nargentum() { \"\(Harness.program)\" \"$@\"; }\n" + (try commands(name))
        let process = try await ChildProcess.start(
            ["/bin/sh", "-c", script], environment: ["DATA": data, "BACKUP": backup], output: out, errors: out)
        let ending = try await process.end(within: .seconds(30))
        let text = readText(out) ?? ""
        #expect(ending == .code(0), "\(name): \(text)")
        return text
    }

    @Test("leads from a backup of a running server to a restored one that has everything")
    func running() async throws {
        let server = try await Server.start()
        let picture = Picture.photo()
        let id = try server.id(await server.addAndFinish(picture))
        let backup = "\(folder.path)/backup"
        _ = try await follow("backup", data: server.data, backup: backup)
        let later = try server.id(await server.addAndFinish(.photo()))
        #expect(try await follow("check", data: server.data, backup: backup).contains("Everything holds"))
        try await server.stop()
        #expect(try await follow("restore", data: server.data, backup: backup).contains("Everything holds"))
        try await server.start()
        let original = try await server.client.get("/api/images/\(id)/original")
        #expect(original.status == 200 && original.body == picture.bytes)
        #expect(try await server.client.get("/api/images/\(id)/thumbnail").status == 200)
        #expect(try await server.client.get("/api/images/\(later)").status == 404)
        // The same folder again: only what is new.
        _ = try await follow("backup", data: server.data, backup: backup)
        #expect(try await follow("check", data: server.data, backup: backup).contains("Everything holds"))
        try await server.stop()
    }

    @Test("leads from a copy of a stopped server to a restored one")
    func stopped() async throws {
        let server = try await Server.start()
        let picture = Picture.photo()
        let id = try server.id(await server.addAndFinish(picture))
        try await server.stop()
        let backup = "\(folder.path)/backup"
        #expect(try await follow("stopped", data: server.data, backup: backup).contains("Everything holds"))
        #expect(try await follow("restore", data: server.data, backup: backup).contains("Everything holds"))
        try await server.start()
        #expect(try await server.client.get("/api/images/\(id)/original").body == picture.bytes)
        try await server.stop()
    }
}
