import AgBase

/// What all loops of a server share.
final class HTTPService: Sendable {
    let settings: HTTPServerSettings
    let log: Log
    let ready: HTTPServer.ReadyAnswer
    let handler: HTTPServer.Handler

    init(
        settings: HTTPServerSettings, log: Log, ready: @escaping HTTPServer.ReadyAnswer,
        handler: @escaping HTTPServer.Handler
    ) {
        self.settings = settings
        self.log = log
        self.ready = ready
        self.handler = handler
    }
}
