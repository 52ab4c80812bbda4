import AgBase
import AgTesting
import FoundationEssentials
import Testing

@Suite("The threads of a server", .ownServers, .timeLimit(.minutes(2)))
struct ThreadTests {
    /// A name of docs/architecture.md.
    private struct Described {
        let name: String
        let isBrief: Bool
        let engine: Engine?

        static func all() throws -> [Described] {
            try Repository.section("## Threads", of: "docs/architecture.md").tableRows.flatMap { row in
                let engine = Engine.allCases.first { row[0].contains("(\($0.rawValue)") }
                let isBrief = row[0].contains("for a moment)")
                return row[0].codeSpans.map { Described(name: $0, isBrief: isBrief, engine: engine) }
            }
        }
    }

    @Test("are those of docs/architecture.md, on every database", arguments: Engine.all)
    func names(_ engine: Engine) async throws {
        let server = try await Server.start(try await options(engine))
        _ = try await server.addAndFinish(.photo())
        // Its threads come with the first body that is long.
        let long = String(repeating: "x", count: 5_000)
        #expect(try await server.client.post("/api/tokens", ["name": .string(long), "scope": "read"]).status == 422)
        let running = try names(of: server.process.pid)
        try await server.stop()

        let described = try Described.all().filter { $0.engine == nil || $0.engine == engine }
        let unknown = running.subtracting(described.map(\.name))
        #expect(unknown.isEmpty, "docs/architecture.md does not name them.")
        let absent = Set(described.filter { !$0.isBrief }.map(\.name)).subtracting(running)
        #expect(absent.isEmpty, "docs/architecture.md names them.")
    }

    private func options(_ engine: Engine) async throws -> [String] {
        guard engine != Engine.current else { return [] }
        let folder = TemporaryFolder()
        return switch engine {
        case .sqlite: ["--database", "sqlite:\(folder.file("threads.sqlite"))"]
        case .postgres: ["--database", try await PostgresForTests.schema(of: folder)]
        }
    }

    /// With `N` for the number at the end. Threads of Swift's pool have the name of whoever started them.
    private func names(of process: Int32) throws -> Set<String> {
        let folder = "/proc/\(process)/task"
        let threads = try FileManager.default.contentsOfDirectory(atPath: folder)
        return Set(threads.compactMap { readText("\(folder)/\($0)/comm") }.map(Self.name))
    }

    private static func name(_ text: String) -> String {
        let words = text.prefix { $0 != "\n" }.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count > 1, let last = words.last, last.allSatisfy(\.isNumber) else {
            return words.joined(separator: "-")
        }
        return (words.dropLast() + ["N"]).joined(separator: "-")
    }
}
