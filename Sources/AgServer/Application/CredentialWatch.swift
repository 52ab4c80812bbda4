import AgBase
import AgLibrary

/// Asks again, while a long answer is being sent, whether its listener may still hear it: tokens are revoked and expire,
/// and sessions end.
struct CredentialWatch: Sendable {
    /// What the listener proved itself with.
    enum Proof: Sendable {
        case token(String)
        case session(String)
    }

    /// An expiry is noticed this much late at most; a revocation here is noticed at once.
    private static let patience: Duration = .seconds(30)

    private let access: Access
    private let time: any TimeSource
    private let proof: Proof
    private var seen: Int
    private var until: Timestamp

    init(access: Access, time: any TimeSource, proof: Proof) {
        self.access = access
        self.time = time
        self.proof = proof
        seen = access.endingCount
        until = time.now() + Self.patience
    }

    /// The cookie, when the listener proved itself with one.
    var session: String? { if case .session(let secret) = proof { secret } else { nil } }

    /// Costs a look at a counter and the clock, unless something has ended since.
    mutating func isGood() async throws -> Bool {
        let count = access.endingCount
        let now = time.now()
        if count == seen, now < until { return true }
        guard try await credential() != nil else { return false }
        seen = count
        until = now + Self.patience
        return true
    }

    private func credential() async throws -> Credential? {
        switch proof {
        case .token(let text): try await access.credential(token: text)
        case .session(let secret): try await access.credential(session: secret)
        }
    }
}
