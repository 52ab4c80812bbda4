import AgBase
import AgHTTP

/// Refuses what another site's page may have sent with the user's cookie.
struct CrossSiteGuard: Sendable {
    static let tokenHeader = "X-CSRF-Token"

    /// Scheme, host and port of the address that browsers have, in lower case; `nil` when only the request knows.
    private let publicOrigin: String?

    /// - Parameter publicURL: where clients reach us. A proxy may send any `Host`; this is sure.
    init(publicURL: String?) {
        publicOrigin = publicURL.map { url in
            let parts = url.lowercased().split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
            return Self.withoutStandardPort(parts.prefix(2).joined(separator: "//"))
        }
    }

    /// For calls that change something by a cookie: the browser must call it our own page's, and the token must fit.
    func check(_ request: HTTPRequest, isToken: (String) -> Bool) throws {
        try checkOrigin(request)
        guard let token = request.headers[Self.tokenHeader], isToken(token) else {
            throw Fault(
                .forbidden, "csrf-token-required",
                "A call by cookie that changes something must carry the page's token in \(Self.tokenHeader).")
        }
    }

    /// What the browser says about the page that made the call. Programs that are no browsers say nothing.
    func checkOrigin(_ request: HTTPRequest) throws {
        if let site = request.headers["sec-fetch-site"] {
            guard site == "same-origin" || site == "none" else { throw Self.crossSite }
        } else if let origin = request.headers["origin"] {
            guard isOurs(origin, host: request.headers["host"]) else { throw Self.crossSite }
        }
    }

    private func isOurs(_ origin: String, host: String?) -> Bool {
        if let publicOrigin { return origin.lowercased() == publicOrigin }
        let place = origin.lowercased().split(separator: "/", omittingEmptySubsequences: true)
        return place.count == 2 && host.map { place[1] == $0.lowercased() } ?? false
    }

    /// Browsers leave the port out where it goes without saying (RFC 6454, section 6.2).
    private static func withoutStandardPort(_ origin: String) -> String {
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }

    private static var crossSite: Fault {
        Fault(.forbidden, "cross-site", "Another site's page made this call; only our own may.")
    }
}
