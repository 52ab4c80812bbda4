import AgBase
import AgServer
import AgTesting
import Glibc
import Testing

/// The files of deploy/, held against the program and the tools that read them.
@Suite("The files for operators", .timeLimit(.minutes(1)))
struct DeployTests {
    let folder = TemporaryFolder()
    private static let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    private static let analyze = "/usr/bin/systemd-analyze"

    private func text(_ path: String) throws -> String {
        try #require(readText("\(Self.root)/\(path)"), "\(path)")
    }

    private func seconds(_ pattern: String, in text: String) throws -> Int {
        let line = try #require(text.split(separator: "\n").first { $0.contains(pattern) })
        return try #require(Int(line.drop { $0 != "=" }.filter(\.isNumber)), "\(line)")
    }

    /// What a stop may take beyond the grace: two seconds for answers, one for jobs that were cancelled, and the closing.
    private let rest = 4

    @Test("give a stop the time that its grace needs")
    func grace() throws {
        let unit = try seconds("TimeoutStopSec=", in: try text("deploy/argentum.service"))
        let usual = try #require(
            ArgentumSettings.shutdownGrace.definition.fallback.flatMap { Int($0.filter(\.isNumber)) })
        #expect(usual + rest <= unit)
        let docker = try seconds("ARGENTUM_SHUTDOWN_GRACE=", in: try text("deploy/Dockerfile"))
        #expect(docker + rest <= 10, "Docker kills after ten seconds.")
    }

    @Test("hold a unit that systemd reads without a complaint", .enabled(if: access(analyze, X_OK) == 0))
    func unit() async throws {
        let unit = try text("deploy/argentum.service")
            .replacing("ExecStart=/usr/local/bin/argentum", with: "ExecStart=\(Harness.program)")
            .replacing("/usr/local/share/doc/argentum", with: folder.path)
        try writeBytes(Array(unit.utf8), to: "\(folder.path)/argentum.service")
        let out = "\(folder.path)/out"
        let process = try await ChildProcess.start(
            [Self.analyze, "verify", "--man=no", "\(folder.path)/argentum.service"], output: out, errors: out)
        #expect(try await process.end(within: .seconds(30)) == .code(0))
        #expect(readText(out) == "", "A group or key that it does not know is ignored, and something stops working.")
    }

    @Test("let the codec children lock themselves in, and the server see what is in memory")
    func filter() throws {
        let unit = try text("deploy/argentum.service")
        let filter = try #require(unit.split(separator: "\n").first { $0.hasPrefix("SystemCallFilter=") })
        for call in ["landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp", "mincore"] {
            #expect(filter.split(separator: " ").contains { $0 == call }, "\(call)")
        }
    }
}
