import AgBase
import AgContract
import AgRemotes
import AgServer

/// `argentum health`: whether the server takes requests; for containers' health checks.
enum HealthCommand: Command {
    static let name = "health"
    static let summary = "Ask the server whether it is ready; exit code 0 when it is."
    static let settings = ArgentumSettings.clientRows

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        let answer = try await call.client().ask("GET", "/readyz")
        let isReady = answer.status == 200
        let sentence = isReady ? try answer.decode(API.Readiness.self).status : answer.problem.detail ?? ""
        call.output.result(try answer.json(), sentence)
        return isReady ? .ok : .error
    }
}
