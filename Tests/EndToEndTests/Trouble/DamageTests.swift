import AgBase
import AgTesting
import Glibc
import Testing

@Suite("A damaged disk", .ownServers, .everyEngine, .serialized, .timeLimit(.minutes(1)))
struct DamageTests {
    @Test("is found by verify, and an original that is lost is healed by uploading it again")
    func changedOriginal() async throws {
        let server = try await Server.start()
        let picture = Picture.photo()
        let id = try server.id(await server.addAndFinish(picture))
        let other = try server.id(await server.addAndFinish(.photo()))
        let file = "\(server.folder.path)/\(try #require(server.originals(of: picture).first))"
        try await server.stop()
        #expect(try await Argentum.run("verify", "--data", server.data).code == 0)

        // One bit, in the middle: the length stays as it was.
        var bytes = picture.bytes
        bytes[bytes.count / 2] ^= 1
        chmod(file, 0o600)
        try writeBytes(bytes, to: file)
        let found = try await Argentum.run("verify", "--data", server.data, "--json")
        #expect(found.code == 13, "\(found)")
        let repaired = try await Argentum.run("verify", "--data", server.data, "--repair")
        #expect([0, 13].contains(repaired.code), "\(repaired)")
        #expect(
            server.pictureFiles.contains { readBytes("\(server.folder.path)/\($0)") == bytes }, "Nothing is deleted.")

        try await server.start()
        try expectProblem(await server.client.get("/api/images/\(id)/original"), 410, "original-lost")
        #expect(try await server.client.get("/api/images/\(other)/original").status == 200)
        _ = try await server.add(picture)
        #expect(try await server.client.get("/api/images/\(id)/original").body == picture.bytes)
        try await server.stop()
        #expect(try await Argentum.run("verify", "--data", server.data).code == 0)
    }

    @Test("with a file that nobody knows is found by verify")
    func strangeFile() async throws {
        let server = try await Server.start()
        let picture = Picture.photo()
        _ = try await server.addAndFinish(picture)
        let file = "\(server.folder.path)/\(try #require(server.originals(of: picture).first))"
        try await server.stop()
        let stranger = file.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/\(UUIDv7.shared.next()).jpg"
        try writeBytes(picture.bytes, to: stranger)
        // Old enough not to be an upload under way.
        var times = [timeval(tv_sec: 1_700_000_000, tv_usec: 0), timeval(tv_sec: 1_700_000_000, tv_usec: 0)]
        utimes(stranger, &times)
        #expect(try await Argentum.run("verify", "--data", server.data).code == 13)
    }
}
