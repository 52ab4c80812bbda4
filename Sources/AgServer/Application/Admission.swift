import AgBase
import AgHTTP
import AgLibrary

/// Decides, before a handler runs, whether the caller may call it. Attaches the `Credential` to the request.
struct Admission: Sendable {
    let access: Access
    let cookie: SessionCookie
    let crossSite: CrossSiteGuard
    let limiter: RateLimiter
    let guesses: GuessLimiter
    let time: any TimeSource

    init(
        access: Access, publicURL: String?, limiter: RateLimiter, guesses: GuessLimiter, time: any TimeSource
    ) {
        self.access = access
        self.limiter = limiter
        self.guesses = guesses
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

    /// Keeps what the call rests on beside it, and has it asked for again when all of the body is there: a client may
    /// send it long after a revocation.
    private func note(_ proof: Authority.Proof, _ credential: Credential, _ request: HTTPRequest) {
        let authority = access.authority(proof, credential)
        request.attach(authority)
        request.attach(CredentialWatch(authority, access: access, time: time))
        request.body.whenComplete { try await authority.reassert() }
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
    ///
    /// Another scheme than ours is a proxy's business: browsers send its Basic with every request, beside our cookie.
    private func credential(of request: HTTPRequest, mayBeNobody: Bool) async throws -> Credential? {
        let header = AuthorizationHeader(request.headers)
        if case .bearer(let token) = header { return try await holder(of: token, request) }
        if let secret = cookie.value(of: request) {
            return try await holder(ofSession: secret, request, mayBeNobody: mayBeNobody)
        }
        guard header == .other, !mayBeNobody else { return nil }
        throw Fault(
            .unauthorized, "unauthorized",
            "This call needs 'Authorization: Bearer <token>', once, or the page's cookie; another scheme is not taken.")
    }

    private func holder(
        ofSession secret: String, _ request: HTTPRequest, mayBeNobody: Bool
    ) async throws -> Credential? {
        guard let credential = try await access.credential(session: secret) else {
            if mayBeNobody { return nil }
            throw Fault(.unauthorized, "session-expired", "The session has ended. Sign in again.")
        }
        if !request.method.isSafe {
            try crossSite.check(request) { access.isCSRFToken($0, session: secret) }
        }
        note(.session(secret), credential, request)
        return credential
    }

    private func holder(of token: String, _ request: HTTPRequest) async throws -> Credential {
        let isGuess = access.isGuess(token)
        if isGuess { try guesses.check(request.peer) }
        guard let credential = try await access.credential(token: token) else {
            if isGuess { guesses.failed(request.peer) }
            throw Fault(.unauthorized, "invalid-token", "The token is unknown, revoked or expired.")
        }
        note(.token(token), credential, request)
        return credential
    }
}
