import AgBase
import AgCrypto
import AgSQL

/// What a call's power rests on: a proof that was good when the call was admitted, and is asked for again before
/// anything takes effect. Between the two lies the body, which a client sends as slowly as it likes.
///
/// `RouteBook` runs every handler with `current` set, and `AuthorizedDatabase` looks at it in each transaction that writes.
/// `Admission` has the body asked as well, at its end.
package struct Authority: Sendable {
    /// What the caller proved itself with.
    package enum Proof: Sendable {
        case token(String)
        case session(String)
    }

    /// Of the call that this task works for; `nil` for work of our own and for calls that need no credential.
    @TaskLocal package static var current: Authority?

    package let proof: Proof
    package let credential: Credential
    private let access: Access

    init(_ proof: Proof, _ credential: Credential, _ access: Access) {
        self.proof = proof
        self.credential = credential
        self.access = access
    }

    /// The cookie, when the caller proved itself with one.
    package var session: String? { if case .session(let secret) = proof { secret } else { nil } }

    /// Whether the proof is still good; another server's revocation is noticed with the cache's lifetime.
    package func isGood() async throws -> Bool {
        switch proof {
        case .token(let text): try await access.credential(token: text) != nil
        case .session(let secret): try await access.credential(session: secret) != nil
        }
    }

    /// Throws `Fault` 401 when the proof is not good any more.
    package func reassert() async throws {
        guard try await isGood() else { throw ended }
    }

    /// The same in a transaction, from the rows themselves: also what another server revoked is noticed.
    func reassert(in connection: any SQLConnection) throws {
        guard try access.holds(self, in: connection) else { throw ended }
    }

    private var ended: Fault {
        switch proof {
        case .token:
            Fault(
                .unauthorized, "invalid-token",
                "The token was revoked or has expired while this call was under way; nothing was done.")
        case .session:
            Fault(
                .unauthorized, "session-expired",
                "The session has ended while this call was under way; nothing was done. Sign in again.")
        }
    }
}
