import AgBase
import AgRemotes
import AgServer

/// `argentum openapi`: the description of the HTTP interface.
enum OpenAPICommand: Command {
    static let name = "openapi"
    static let summary = "Print the OpenAPI description of the server's interface."
    static let settings = ArgentumSettings.clientRows

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        let answer = try await call.client().ask("GET", "/openapi.json")
        guard answer.status == 200 else { throw Failure(problem: answer) }
        call.output.line(String(decoding: answer.body, as: UTF8.self))
        return .ok
    }
}
