import AgBase
import AgRemotes

/// The server does not answer now, and may in a moment: nobody listens, the connection broke, or it says so itself.
struct ServerAway: Error, Sendable, CustomStringConvertible {
    let message: String
    /// When it wants to be asked again.
    var retryAfter: Duration?

    init(_ message: String, retryAfter: Duration? = nil) {
        self.message = message
        self.retryAfter = retryAfter
    }

    /// No connection was made.
    init(notThere address: ServerAddress, _ error: RemoteError) {
        self.init(
            "No server answers at \(address): \(error.message) Is `argentum serve` running there? Commands look for it in the "
                + "data directory (--data, by default argentum-data in this folder), or at --server URL.")
    }

    /// An answer that asks for patience: the server is starting, stopping or overloaded, or a proxy does not reach it.
    init?(_ answer: ServerClient.Answer) {
        guard [408, 429, 502, 503, 504].contains(answer.status) else { return nil }
        let asked = RetryAfter.duration(answer.headers["Retry-After"], now: SystemTime().now())
        self.init(Failure(problem: answer).message, retryAfter: asked.map { min($0, .seconds(3_600)) })
    }

    /// While something is waited for, every fault of the server's own may pass.
    init?(passing answer: ServerClient.Answer) {
        if let away = ServerAway(answer) {
            self = away
        } else if answer.status >= 500 {
            self.init(Failure(problem: answer).message)
        } else {
            return nil
        }
    }

    var description: String { message }
}
