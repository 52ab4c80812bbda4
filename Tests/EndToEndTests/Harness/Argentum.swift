import AgTesting

/// The program as a command that runs and ends.
enum Argentum {
    struct Result: Sendable, CustomStringConvertible {
        let code: Int32
        let output: String
        let errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
        var description: String { "exit \(code)\nstdout: \(output.suffix(1_500))\nstderr: \(errors.suffix(1_500))" }
    }

    static func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> Result {
        try await run(words: arguments, environment: environment)
    }

    static func run(
        words arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(60)
    ) async throws -> Result {
        let folder = TemporaryFolder()
        let process = try await ChildProcess.start(
            [Harness.program] + arguments, environment: environment, output: "\(folder.path)/out",
            errors: "\(folder.path)/err")
        let ending: ChildProcess.Ending
        do {
            ending = try await process.end(within: limit)
        } catch {
            process.send(9)
            throw error
        }
        guard case .code(let code) = ending else {
            throw HarnessFailure(
                "argentum \(arguments.joined(separator: " ")) ended by \(ending): \(readText("\(folder.path)/err") ?? "")"
            )
        }
        return Result(
            code: code, output: readText("\(folder.path)/out") ?? "", errors: readText("\(folder.path)/err") ?? "")
    }
}
