package import AgBase
import AgCrypto
import AgModel
import AgSQL

/// What an upload grant was made with, and so what it ends with: a token, and the session of a token when the page made
/// it. A grant from before makers were stored has none, and ends by itself.
package struct GrantMaker: Sendable, Hashable {
    let token: TokenID?
    /// The hash that the session's row has.
    let session: [UInt8]?
    /// Binds the grant to the fixed token, which has no row: with another token in the settings it is nobody's.
    let fixed: [UInt8]?

    package static let none = GrantMaker(token: nil, session: nil, fixed: nil)

    var group: String {
        token.map { "token \($0)" } ?? (fixed == nil ? "grants" : "fixed token")
    }
}

extension Credential.Origin {
    /// Whom calls of this origin share queues with.
    package var caller: Caller {
        switch self {
        case .token(let id): Caller("token \(id)")
        case .fixedToken: Caller("fixed token")
        }
    }
}

extension Access {
    /// The maker to store with a grant.
    ///
    /// - Parameter session: the cookie, when the caller proved itself with one.
    func maker(of grant: UploadGrantID, _ origin: Credential.Origin, session: String?) -> GrantMaker {
        let hashes = session.map { sessions.hashes(of: $0) }
        switch origin {
        case .token(let id): return GrantMaker(token: id, session: hashes?.first, fixed: nil)
        case .fixedToken: return GrantMaker(token: nil, session: hashes?.last, fixed: binding(of: grant))
        }
    }

    /// Whether what made a grant is still good. Asked of the rows, so that it holds in a transaction.
    func holds(_ maker: GrantMaker, of grant: UploadGrantID, in connection: any SQLConnection) throws -> Bool {
        let now = time.now()
        if let fixed = maker.fixed {
            guard let binding = binding(of: grant), isEqualInConstantTime(fixed, binding) else { return false }
        }
        if let token = maker.token, try !tokens.holds(token, in: connection) { return false }
        guard let session = maker.session else { return true }
        if denials.covers(sessionHash: session) { return false }
        return try sessions.holds(session, at: now, in: connection)
    }

    private func binding(of grant: UploadGrantID) -> [UInt8]? {
        fixedToken.map { SHA256Digest.of(Array(grant.text.utf8) + $0.bytes).bytes }
    }
}
