import AgBase

/// What all loops of a server share.
final class HTTPService: Sendable {
    let settings: HTTPServerSettings
    let log: Log
    let handler: @Sendable (HTTPRequest) async -> HTTPResponse

    init(settings: HTTPServerSettings, log: Log, handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) {
        self.settings = settings
        self.log = log
        self.handler = handler
    }
}
