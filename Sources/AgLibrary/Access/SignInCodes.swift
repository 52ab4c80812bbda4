package import AgBase
import AgCrypto
import Synchronization

/// One-time codes in sign-in links: short-lived, good for one use, forgotten when the process ends.
package final class SignInCodes: Sendable {
    package static let lifetime: Duration = .seconds(15 * 60)
    /// More open links than this is nobody's need; the oldest goes.
    private static let capacity = 32

    private struct Open {
        let digest: SHA256Digest
        let until: Timestamp
        let maker: Credential.Origin
    }

    private let open = Mutex<[Open]>([])
    private let time: any TimeSource

    package init(time: any TimeSource) {
        self.time = time
    }

    /// A new code, and when it ends.
    ///
    /// - Parameter maker: whose code it is: a session that is opened with it ends with what made it.
    package func make(for maker: Credential.Origin) -> (code: String, until: Timestamp) {
        let code = Base64URL.encode(RandomBytes.make(32))
        let until = time.now() + Self.lifetime
        let entry = Open(digest: SHA256Digest.of(code), until: until, maker: maker)
        open.withLock { open in
            open.append(entry)
            if open.count > Self.capacity { open.removeFirst() }
        }
        return (code, until)
    }

    /// Whose code it is, or `nil` when it is not good; it is not any more afterwards.
    package func redeem(_ code: String) -> Credential.Origin? {
        let digest = SHA256Digest.of(code)
        let now = time.now()
        return open.withLock { open in
            // Also those from the future: the clock was set back, and they would live longer than they may.
            open.removeAll { $0.until <= now || now < $0.until - Self.lifetime }
            guard let index = open.firstIndex(where: { isEqualInConstantTime($0.digest.bytes, digest.bytes) }) else {
                return nil
            }
            return open.remove(at: index).maker
        }
    }
}
