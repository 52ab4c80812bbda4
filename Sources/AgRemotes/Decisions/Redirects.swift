/// Follows a redirect, or says why not. Pure.
enum Redirects {
    /// The request that a redirect leads to; `nil` when the answer is not one.
    ///
    /// Credentials stay with the origin they were meant for. A redirect never leads from https to http.
    ///
    /// - Parameter followed: how many redirects led here.
    static func next(
        after request: RemoteRequest, status: Int, location: String?, followed: Int
    ) throws(RemoteError) -> RemoteRequest? {
        guard request.limits.redirects > 0, [301, 302, 303, 307, 308].contains(status), let location else { return nil }
        guard followed < request.limits.redirects else {
            throw RemoteError(
                .redirect, "\(request.url) leads through more than \(request.limits.redirects) redirects.")
        }
        let url = try target(of: location, from: request.url)
        var next = request
        next.url = url
        if !url.hasSameOrigin(as: request.url) {
            for name in ["Authorization", "Cookie", "Proxy-Authorization"] + request.secretHeaders {
                next.headers[name] = nil
            }
        }
        try carryBody(&next, status)
        return next
    }

    private static func target(of location: String, from url: RemoteURL) throws(RemoteError) -> RemoteURL {
        let target: RemoteURL
        do {
            target = try url.resolving(location)
        } catch {
            throw RemoteError(.redirect, "\(url) redirects to an address that cannot be used.", cause: error.message)
        }
        guard target.isSecure || !url.isSecure else {
            throw RemoteError(.redirect, "\(url) redirects from https to http, which is not followed.")
        }
        return target
    }

    /// RFC 9110, section 15.4: 303 asks with GET, and so do 301 and 302 behind a POST; the others repeat the body.
    private static func carryBody(_ next: inout RemoteRequest, _ status: Int) throws(RemoteError) {
        let becomesGet =
            status == 303 ? next.method != "HEAD" : next.method == "POST" && (status == 301 || status == 302)
        if becomesGet {
            next.method = "GET"
            next.body = .none
            for name in ["Content-Type", "Content-Encoding", "Content-Language"] { next.headers[name] = nil }
        } else if !next.body.isRepeatable {
            throw RemoteError(.redirect, "\(next.url) asks for the request's body, which cannot be sent twice.")
        }
    }
}
