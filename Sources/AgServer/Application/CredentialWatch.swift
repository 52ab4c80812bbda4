import AgBase
import AgLibrary

/// Asks again, while a long answer is being sent, whether its listener may still hear it: tokens are revoked and expire,
/// and sessions end.
struct CredentialWatch: Sendable {
    /// What another server revoked is noticed this much late at most; what ended here, and an expiry, at once.
    private static let patience: Duration = .seconds(30)

    private let authority: Authority
    private let access: Access
    private let time: any TimeSource
    private var seen: Int
    private var since: Timestamp

    init(_ authority: Authority, access: Access, time: any TimeSource) {
        self.authority = authority
        self.access = access
        self.time = time
        seen = access.endingCount
        since = time.now()
    }

    private static func nextLook(_ authority: Authority, _ now: Timestamp) -> Timestamp {
        min(now + patience, authority.credential.expiresAt ?? now + patience)
    }

    /// Costs a look at a counter and the clock, unless something has ended since.
    mutating func isGood() async throws -> Bool {
        let count = access.endingCount
        let now = time.now()
        // A clock that was set back says nothing of how long ago that was.
        if count == seen, since <= now, now < Self.nextLook(authority, since) { return true }
        guard try await authority.isGood() else { return false }
        seen = count
        since = now
        return true
    }

    /// Returns when the listener may hear no more, also while there is nothing to be heard. Until cancelled.
    func untilEnded() async throws {
        var watch = self
        while try await watch.isGood(), !Task.isCancelled {
            await access.waitForEnding(
                beyond: watch.seen, atMost: max(.milliseconds(10), Self.nextLook(authority, watch.since) - time.now()))
        }
    }
}
