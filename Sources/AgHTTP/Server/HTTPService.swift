import AgBase

/// What all loops of a server share.
final class HTTPService: Sendable {
    let settings: HTTPServerSettings
    let log: Log
    let ready: HTTPServer.ReadyAnswer
    let finish: HTTPServer.Finish
    let handler: HTTPServer.Handler
    let reads: FileReads

    init(
        settings: HTTPServerSettings, log: Log, files: any FileAccess, ready: @escaping HTTPServer.ReadyAnswer,
        finish: @escaping HTTPServer.Finish, handler: @escaping HTTPServer.Handler
    ) {
        self.settings = settings
        reads = FileReads(files)
        self.log = log
        self.ready = ready
        self.finish = finish
        self.handler = handler
    }

    /// An answer of the server's own, with what every answer carries.
    func problem(
        _ fault: Fault, status: Int? = nil, requestID: String, path: String, head: HTTPRequestHead?
    ) -> HTTPResponse {
        var response = HTTPResponse.problem(fault, requestID: requestID, instance: path, status: status)
        finish(&response, head)
        return response
    }
}
