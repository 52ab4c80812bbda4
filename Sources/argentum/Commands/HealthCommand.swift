import AgBase
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
        let body = try answer.json()
        call.output.result(body, body["status"]?.string ?? body["detail"]?.string ?? "")
        return answer.status == 200 ? .ok : .error
    }
}
