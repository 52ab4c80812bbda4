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
    private var since: Timestamp

    init(access: Access, time: any TimeSource, proof: Proof) {
        self.access = access
        self.time = time
        self.proof = proof
        seen = access.endingCount
        since = time.now()
    }

    /// The cookie, when the listener proved itself with one.
    var session: String? { if case .session(let secret) = proof { secret } else { nil } }

    /// Costs a look at a counter and the clock, unless something has ended since.
    mutating func isGood() async throws -> Bool {
        let count = access.endingCount
        let now = time.now()
        // A clock that was set back says nothing of how long ago that was.
        if count == seen, since <= now, now - since < Self.patience { return true }
        guard try await credential() != nil else { return false }
        seen = count
        since = now
        return true
    }

    private func credential() async throws -> Credential? {
        switch proof {
        case .token(let text): try await access.credential(token: text)
        case .session(let secret): try await access.credential(session: secret)
        }
    }
}
