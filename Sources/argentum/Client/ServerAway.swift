import AgBase
import AgHTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The server does not answer now, and may in a moment: nobody listens, the connection broke, or it says so itself.
struct ServerAway: Error, Sendable, CustomStringConvertible {
    let message: String
    /// When it wants to be asked again.
    var retryAfter: Duration?

    init(_ message: String, retryAfter: Duration? = nil) {
        self.message = message
        self.retryAfter = retryAfter
    }

    /// A call on the connection failed.
    init(_ error: SystemError) {
        let reason = error.errno == EAGAIN ? "nothing came for too long" : String(cString: strerror(error.errno))
        self.init("The connection to the server broke: \(reason).")
    }

    /// An answer that asks for patience: the server is starting, stopping or overloaded, or a proxy does not reach it.
    init?(_ answer: ServerClient.Answer) {
        guard [408, 429, 502, 503, 504].contains(answer.status) else { return nil }
        let seconds = answer.headers["retry-after"].flatMap { Int($0) }
        self.init(
            Failure(problem: answer).message, retryAfter: seconds.map { .seconds(min(max($0, 0), 3_600)) })
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
