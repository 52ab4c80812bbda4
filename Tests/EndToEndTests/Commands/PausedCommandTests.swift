import AgTesting
import Testing

/// With a server of its own: others would wait for the jobs that are paused here.
@Suite("The command line while jobs are paused", .server(), .serverLog, .timeLimit(.minutes(1)))
struct PausedCommandTests: CommandSuite {
    let server: Server
    let folder = TemporaryFolder()

    init() throws { server = try Server.ofSuite }

    @Test("says that jobs are paused instead of waiting for ever")
    func paused() async throws {
        #expect(try await run("jobs", "pause").code == 0)
        let one = try await run("jobs", "resume", "generate-variants")
        #expect(one.code == 1 && one.errors.contains("All jobs are paused"), "\(one)")
        try writeBytes(Picture.photo(width: 48, height: 32).bytes, to: "\(folder.path)/one.jpg")
        let result = try await run("upload", folder.path, "--wait", "--json")
        #expect(try await run("jobs", "resume").code == 0)
        #expect(result.code == 3, "\(result)")
        #expect(result.errors.contains("Jobs are paused"), "\(result)")
        #expect(result.output.contains(#""status":"pending""#), "\(result)")
        let again = try await run("upload", folder.path, "--wait", "--json")
        #expect(again.code == 0 && again.output.contains(#""status":"completed""#), "\(again)")
    }
}
