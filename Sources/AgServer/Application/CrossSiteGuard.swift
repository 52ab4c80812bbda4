import AgBase
import AgHTTP

/// Refuses what another site's page may have sent with the user's cookie.
enum CrossSiteGuard {
    static let tokenHeader = "X-CSRF-Token"

    /// For calls that change something by a cookie: the browser must call it our own page's, and the token must fit.
    static func check(_ request: HTTPRequest, isToken: (String) -> Bool) throws {
        try checkOrigin(request)
        guard let token = request.headers[tokenHeader], isToken(token) else {
            throw Fault(
                .forbidden, "csrf-token-required",
                "A call by cookie that changes something must carry the page's token in \(tokenHeader).")
        }
    }

    /// What the browser says about the page that made the call. Programs that are no browsers say nothing.
    static func checkOrigin(_ request: HTTPRequest) throws {
        if let site = request.headers["sec-fetch-site"] {
            guard site == "same-origin" || site == "none" else { throw crossSite }
        } else if let origin = request.headers["origin"] {
            guard let host = request.headers["host"], isOrigin(origin, host: host) else { throw crossSite }
        }
    }

    private static func isOrigin(_ origin: String, host: String) -> Bool {
        let place = origin.lowercased().split(separator: "/", omittingEmptySubsequences: true)
        return place.count == 2 && place[1] == host.lowercased()
    }

    private static var crossSite: Fault {
        Fault(.forbidden, "cross-site", "Another site's page made this call; only our own may.")
    }
}
