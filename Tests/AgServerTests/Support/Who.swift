import AgBase
import AgLibrary
import AgServer

/// Everybody who may knock.
enum Who: Sendable, Hashable, CaseIterable {
    static let fixedText = "a-fixed-token-for-the-tests"

    case nobody
    case garbage
    case otherScheme
    case revoked
    case reader
    case writer
    case admin
    case fixed
    case session
    case readerSession
    case sessionWithoutCSRF
    case sessionWithWrongCSRF
    case endedSession

    /// The scope that is proved, or `nil` when nothing is.
    var scope: TokenScope? {
        switch self {
        case .nobody, .garbage, .otherScheme, .revoked, .endedSession: nil
        case .reader, .readerSession: .read
        case .writer: .write
        case .admin, .fixed, .session, .sessionWithoutCSRF, .sessionWithWrongCSRF: .admin
        }
    }

    var mayChangeThings: Bool { self != .sessionWithoutCSRF && self != .sessionWithWrongCSRF }

    /// The headers that this one sends, with what is needed made in the database first.
    func headers(_ access: Access) async throws -> [(String, String)] {
        switch self {
        case .nobody: return []
        case .garbage: return [("Authorization", "Bearer agt_garbage")]
        case .otherScheme: return [("Authorization", "Basic YWRtaW46YWRtaW4=")]
        case .fixed: return [("Authorization", "Bearer \(Self.fixedText)")]
        case .revoked:
            let made = try await access.createToken(name: "gone", scope: .admin)
            try await access.revokeToken(made.token.id)
            return [("Authorization", "Bearer \(made.text)")]
        case .reader, .writer, .admin:
            let made = try await access.createToken(name: "t", scope: scope ?? .read)
            return [("Authorization", "Bearer \(made.text)")]
        case .session, .readerSession, .sessionWithoutCSRF, .sessionWithWrongCSRF, .endedSession:
            return try await cookieHeaders(access)
        }
    }

    private func cookieHeaders(_ access: Access) async throws -> [(String, String)] {
        let token = try await access.createToken(name: "t", scope: scope ?? .admin)
        let cookie = try await access.signIn(token: token.text) ?? ""
        if self == .endedSession { try await access.signOut(cookie) }
        let line = ("Cookie", "argentum_session=\(cookie)")
        switch self {
        case .sessionWithoutCSRF: return [line]
        case .sessionWithWrongCSRF: return [line, ("X-CSRF-Token", access.csrfToken(session: "another"))]
        default: return [line, ("X-CSRF-Token", access.csrfToken(session: cookie))]
        }
    }
}
