import AgTesting

/// A PostgreSQL server of a test's own, for what would disturb the others.
struct OwnPostgres: Sendable {
    private let folder = TemporaryFolder()
    let url: String

    /// Starts one, lends it and stops it.
    static func with(_ body: (OwnPostgres) async throws -> Void) async throws {
        let postgres = try await OwnPostgres()
        do {
            try await body(postgres)
        } catch {
            try? await postgres.run("stop", "immediate")
            throw error
        }
        try await postgres.run("stop", "immediate")
    }

    private init() async throws {
        url = try await Self.run("start", folder, ["fsync=off"])
    }

    /// A command of scripts/postgres.
    func run(_ command: String, _ words: String...) async throws {
        _ = try await Self.run(command, folder, words)
    }

    private static func run(_ command: String, _ folder: TemporaryFolder, _ words: [String]) async throws -> String {
        let script = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined() + "/scripts/postgres"
        let outputs = TemporaryFolder()
        let process = try await ChildProcess.start(
            [script, command, folder.path] + words, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"],
            output: outputs.file("out"), errors: outputs.file("errors"))
        guard try await process.end(within: .seconds(60)) == .code(0) else {
            throw HarnessFailure("scripts/postgres \(command): \(readText(outputs.file("errors")) ?? "")")
        }
        return (readText(outputs.file("out")) ?? "").split(separator: "\n").last.map(String.init) ?? ""
    }
}
