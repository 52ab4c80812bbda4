import AgTesting
import Glibc
import Testing

/// The short form of scripts/torture/postgres; `make torture` runs all of it.
@Suite(
    "While everything between the processes breaks", .ownServers, .timeLimit(.minutes(5)),
    .enabled(if: PostgresForTests.server != nil && access("/usr/bin/python3", X_OK) == 0))
struct TortureTests {
    private let folder = TemporaryFolder()

    @Test("nothing acknowledged is lost, nothing is doubled, and nothing is stuck")
    func short() async throws {
        let script = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined() + "/scripts/torture/postgres"
        let log = folder.file("log")
        let process = try await ChildProcess.start(
            ["/usr/bin/python3", script],
            environment: [
                "ARGENTUM_BIN": Harness.program, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                // Other tests have the processors as well.
                "ARGENTUM_TORTURE_PATIENCE": "4",
            ], output: log, errors: log)
        let ending = try await process.end(within: .seconds(280))
        #expect(ending == .code(0), "\(readText(log)?.suffix(4_000) ?? "")")
    }
}
