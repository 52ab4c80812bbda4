import AgBase
import AgHTTP
import AgLibrary

/// Decides, before a handler runs, whether the caller may call it. Attaches the `Credential` to the request.
struct Admission: Sendable {
    let access: Access
    let cookie: SessionCookie
    let crossSite: CrossSiteGuard

    init(access: Access, publicURL: String?) {
        self.access = access
        cookie = SessionCookie(publicURL: publicURL)
        crossSite = CrossSiteGuard(publicURL: publicURL)
    }

    func admit(_ request: HTTPRequest, _ needed: RouteAccess) async throws {
        switch needed {
        case .open: return
        case .scope(let scope): try await admit(request, scope, mayBeNobody: false)
        case .scopeOrHandler(let scope): try await admit(request, scope, mayBeNobody: true)
        }
    }

    private func admit(_ request: HTTPRequest, _ scope: TokenScope, mayBeNobody: Bool) async throws {
        guard let credential = try await credential(of: request, mayBeNobody: mayBeNobody) else {
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

    /// `nil` when nothing was sent. A token that is not good is refused, never passed over; so is the cookie of a session
    /// that has ended, except where nobody may ask too: browsers send it without being asked.
    private func credential(of request: HTTPRequest, mayBeNobody: Bool) async throws -> Credential? {
        if let header = request.headers["authorization"] { return try await holder(ofHeader: header) }
        guard let secret = cookie.value(of: request) else { return nil }
        guard let credential = try await access.credential(session: secret) else {
            if mayBeNobody { return nil }
            throw Fault(.unauthorized, "session-expired", "The session has ended. Sign in again.")
        }
        if !request.method.isSafe {
            try crossSite.check(request) { access.isCSRFToken($0, session: secret) }
        }
        return credential
    }

    private func holder(ofHeader header: String) async throws -> Credential {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Fault(
                .unauthorized, "unauthorized", "The Authorization header must be 'Bearer <token>'.")
        }
        guard let credential = try await access.credential(token: String(parts[1])) else {
            throw Fault(.unauthorized, "invalid-token", "The token is unknown, revoked or expired.")
        }
        return credential
    }
}
