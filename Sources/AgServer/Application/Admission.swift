import AgBase
import AgHTTP
import AgLibrary

/// Decides, before a handler runs, whether the caller may call it. Attaches the `Credential` to the request.
struct Admission: Sendable {
    let access: Access
    let cookie: SessionCookie
    let crossSite: CrossSiteGuard
    let limiter: RateLimiter
    let time: any TimeSource

    init(access: Access, publicURL: String?, limiter: RateLimiter, time: any TimeSource) {
        self.access = access
        self.limiter = limiter
        self.time = time
        cookie = SessionCookie(publicURL: publicURL)
        crossSite = CrossSiteGuard(publicURL: publicURL)
    }

    func admit(_ request: HTTPRequest, _ route: RouteTag) async throws {
        switch route.access {
        case .open: try admitAnybody(request, route)
        case .scope(let scope): try await admit(request, scope, mayBeNobody: false)
        case .scopeOrHandler(let scope): try await admit(request, scope, mayBeNobody: true)
        }
    }

    /// Monitoring is never held back: a load balancer would take us for dead.
    private func admitAnybody(_ request: HTTPRequest, _ route: RouteTag) throws {
        if !route.isForMonitoring { try limiter.admit(strangerAt: request.peer) }
    }

    private func admit(_ request: HTTPRequest, _ scope: TokenScope, mayBeNobody: Bool) async throws {
        guard let credential = try await counted(request, mayBeNobody: mayBeNobody) else {
            if mayBeNobody { return }
            throw Fault(
                .unauthorized, "unauthorized",
                "This call needs a token: send 'Authorization: Bearer <token>'. `argentum token create` makes one.")
        }
        guard credential.scope.covers(scope) else {
            throw Fault(
                .forbidden, "scope-too-small",
                "This call needs a token of scope \(scope.rawValue); yours has \(credential.scope.rawValue).")
        }
        request.attach(credential)
    }

    /// Who asks, counted against the limits. Whoever sends what is not good counts as a stranger: guessing has its limit.
    private func counted(_ request: HTTPRequest, mayBeNobody: Bool) async throws -> Credential? {
        let found: Credential?
        do {
            found = try await credential(of: request, mayBeNobody: mayBeNobody)
        } catch let fault as Fault where fault.kind == .unauthorized && Self.isSigned(request) {
            // The signature is proof enough, whatever stale cookie a browser sends beside it.
            found = nil
        } catch {
            try limiter.admit(strangerAt: request.peer)
            throw error
        }
        if let found { try limiter.admit(found) } else { try limiter.admit(strangerAt: request.peer) }
        return found
    }

    private static func isSigned(_ request: HTTPRequest) -> Bool {
        guard let names = try? request.query.names else { return false }
        return SignedURL.isClaimed(by: names)
    }

    /// `nil` when nothing was sent. A token that is not good is refused, never passed over; so is the cookie of a session
    /// that has ended, except where nobody may ask too: browsers send it without being asked.
    private func credential(of request: HTTPRequest, mayBeNobody: Bool) async throws -> Credential? {
        if let header = request.headers["authorization"] { return try await holder(ofHeader: header, request) }
        guard let secret = cookie.value(of: request) else { return nil }
        guard let credential = try await access.credential(session: secret) else {
            if mayBeNobody { return nil }
            throw Fault(.unauthorized, "session-expired", "The session has ended. Sign in again.")
        }
        if !request.method.isSafe {
            try crossSite.check(request) { access.isCSRFToken($0, session: secret) }
        }
        watch(request, .session(secret))
        return credential
    }

    private func holder(ofHeader header: String, _ request: HTTPRequest) async throws -> Credential {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Fault(
                .unauthorized, "unauthorized", "The Authorization header must be 'Bearer <token>'.")
        }
        guard let credential = try await access.credential(token: String(parts[1])) else {
            throw Fault(.unauthorized, "invalid-token", "The token is unknown, revoked or expired.")
        }
        watch(request, .token(String(parts[1])))
        return credential
    }

    private func watch(_ request: HTTPRequest, _ proof: CredentialWatch.Proof) {
        request.attach(CredentialWatch(access: access, time: time, proof: proof))
    }
}
