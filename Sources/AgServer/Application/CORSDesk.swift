import AgHTTP
import AgLibrary

/// Adds the headers by which a browser lets a page of another origin read an answer
/// (https://fetch.spec.whatwg.org/#http-cors-protocol).
///
/// The cookie has no part in it: `Access-Control-Allow-Credentials` is never sent, and a request that carries our cookie is
/// granted nothing.
struct CORSDesk: Sendable {
    private let policy: CORSPolicy
    private let cookie: SessionCookie

    init(_ policy: CORSPolicy, publicURL: String?) {
        self.policy = policy
        cookie = SessionCookie(publicURL: publicURL)
    }

    /// Who may read an answer.
    enum Grant: Hashable, Sendable {
        case nobody
        case origin(String)
        case everyone

        /// The value of `Access-Control-Allow-Origin`.
        var value: String? {
            switch self {
            case .nobody: nil
            case .origin(let origin): origin
            case .everyone: "*"
            }
        }
    }

    /// - Parameter rule: the route's; where there is none, `listed`, so that a page can read the refusal.
    func grant(_ head: HTTPRequestHead, _ rule: CrossOrigin) -> Grant {
        let isForAll = isForAll(rule, head)
        guard isForAll || (rule != .never && !policy.origins.isEmpty) else { return .nobody }
        let origin = head.headers["origin"]
        // Our own page's pictures are asked for with a cookie and without an origin.
        if origin != nil, head.headers.contains("cookie"), RequestCookies(head.headers)[cookie.name] != nil {
            return .nobody
        }
        if isForAll { return .everyone }
        guard let origin, policy.origins.contains(ASCIICase.lowered(origin)) else { return .nobody }
        return .origin(origin)
    }

    private func isForAll(_ rule: CrossOrigin, _ head: HTTPRequestHead) -> Bool {
        switch rule {
        case .never, .listed: false
        case .ownAuthority: policy.admitsAllToOwnAuthority
        case .ownAuthorityWhenSigned:
            policy.admitsAllToOwnAuthority && Self.isSigned(head.target) && !Self.hasToken(head)
        case .everyone: true
        }
    }

    /// A token beside the signature, or announced by a preflight: it may let in where the signature does not.
    private static func hasToken(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains("authorization")
            || head.headers.all("access-control-request-headers").contains {
                ASCIICase.lowered($0).utf8.split(separator: UInt8(ascii: ",")).contains {
                    HTTPToken.trimmed(Substring($0)) == "authorization"
                }
            }
    }

    /// What an answer depends on beside what it always does: the origin, if it is one that may be granted something. `nil`
    /// when the answer must not be given again at all.
    func question(_ head: HTTPRequestHead) -> String?? {
        guard !policy.isNone, let origin = head.headers.first(.origin) else { return .some(nil) }
        if head.headers.contains(any: .cookie) { return nil }
        let lowered = ASCIICase.lowered(origin)
        return .some(policy.origins.contains(lowered) ? lowered : nil)
    }

    private static func isSigned(_ target: String) -> Bool {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return false }
        let items = target.utf8[mark...].dropFirst().split(separator: UInt8(ascii: "&"))
        return SignedURL.isClaimed(by: items.map { String(Substring($0.prefix { $0 != UInt8(ascii: "=") })) })
    }

    /// What pages may read beside the headers that they always may.
    private static let exposed = [
        "Location", "ETag", "Retry-After", "X-Request-Id", "Content-Range", "Content-Disposition", "Accept-Ranges",
        "Allow", "WWW-Authenticate", "Upload-Offset", "Upload-Length", "Upload-Expires", "Upload-Metadata",
        "Upload-Defer-Length", "Upload-Concat", "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size",
        "Tus-Checksum-Algorithm",
    ].joined(separator: ", ")
    /// Two hours, the longest that Chromium keeps a preflight's answer.
    private static let maxAge = "7200"

    /// - Parameter head: `nil` when it could not be read.
    func add(to response: inout HTTPResponse, _ head: HTTPRequestHead?, _ rule: CrossOrigin) {
        // A route that said something itself is left alone.
        guard !response.headers.contains("Access-Control-Allow-Origin") else { return }
        let grant = head.map { self.grant($0, rule) } ?? .nobody
        if dependsOnOrigin(rule, grant, head) { response.headers.addToVary("Origin") }
        guard let value = grant.value else { return }
        response.headers.add("Access-Control-Allow-Origin", value)
        if let head, let preflight = Preflight(head) {
            preflight.answer(&response, maxAge: Self.maxAge)
        } else {
            response.headers.add("Access-Control-Expose-Headers", Self.exposed)
        }
    }

    /// Also where no origin was sent: a cache must not give that answer to a page.
    private func dependsOnOrigin(_ rule: CrossOrigin, _ grant: Grant, _ head: HTTPRequestHead?) -> Bool {
        if grant == .everyone || rule == .never { return false }
        return !policy.origins.isEmpty || (head.map { isForAll(rule, $0) } ?? false)
    }
}

/// A browser's question whether a page may send a request: OPTIONS with the method and the headers that it will have.
private struct Preflight {
    private let headers: String?

    private static let longest = 2_048

    init?(_ head: HTTPRequestHead) {
        guard head.method == .options, head.headers.contains("origin"),
            head.headers.contains("access-control-request-method")
        else { return nil }
        let names = head.headers.all("access-control-request-headers").joined(separator: ",").utf8
            .split(separator: UInt8(ascii: ",")).map { HTTPToken.trimmed(Substring($0)) }.filter { !$0.isEmpty }
        let text = names.joined(separator: ", ")
        headers = names.allSatisfy(HTTPToken.isToken) && text.utf8.count <= Self.longest ? text : nil
    }

    /// Headers are allowed as they are asked for: tracing and generated clients add their own, and one without a meaning
    /// does nothing. `Allow` is there from the router.
    func answer(_ response: inout HTTPResponse, maxAge: String) {
        guard let methods = response.headers["Allow"] else { return }
        response.headers.add("Access-Control-Allow-Methods", methods)
        if let headers, !headers.isEmpty { response.headers.add("Access-Control-Allow-Headers", headers) }
        response.headers.add("Access-Control-Max-Age", maxAge)
        response.headers.addToVary("Access-Control-Request-Headers")
    }
}

extension HTTPHeaders {
    /// Adds a name to `Vary`, once.
    fileprivate mutating func addToVary(_ name: String) {
        let known = all("Vary").flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        guard !known.contains(where: { ASCIICase.isEqual(HTTPToken.trimmed(Substring($0)), name) }) else { return }
        let value = (all("Vary") + [name]).joined(separator: ", ")
        set("Vary", value)
    }
}
