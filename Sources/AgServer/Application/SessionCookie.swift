import AgBase
import AgHTTP

/// The page's cookie: not readable by scripts, sent only by our own pages.
struct SessionCookie: Sendable {
    static let plainName = "argentum_session"
    /// Thirty days, as long as the session lives.
    private static let seconds = 30 * 86_400

    private let isSecure: Bool
    private let path: String

    /// - Parameter publicURL: https makes the cookie `Secure`; a path keeps it to that path.
    init(publicURL: String?) {
        isSecure = publicURL?.lowercased().hasPrefix("https://") ?? false
        let parts = (publicURL ?? "").split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        path = parts.count == 3 ? "/\(parts[2])/" : "/"
    }

    /// Browsers hold a `__Host-` cookie to this host, to https and to the path `/`.
    var name: String {
        isSecure && path == "/" ? "__Host-\(Self.plainName)" : Self.plainName
    }

    func value(of request: HTTPRequest) -> String? {
        request.cookies[name]
    }

    func setting(_ value: String) -> String {
        line(value, seconds: Self.seconds)
    }

    func clearing() -> String {
        line("", seconds: 0)
    }

    private func line(_ value: String, seconds: Int) -> String {
        "\(name)=\(value); Path=\(path); Max-Age=\(seconds); HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }
}
