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
    }

    private let open = Mutex<[Open]>([])
    private let time: any TimeSource

    package init(time: any TimeSource) {
        self.time = time
    }

    /// A new code, and when it ends.
    package func make() -> (code: String, until: Timestamp) {
        let code = Base64URL.encode(RandomBytes.make(32))
        let until = time.now() + Self.lifetime
        let entry = Open(digest: SHA256Digest.of(code), until: until)
        open.withLock { open in
            open.append(entry)
            if open.count > Self.capacity { open.removeFirst() }
        }
        return (code, until)
    }

    /// Whether the code is good; it is not any more afterwards.
    package func redeem(_ code: String) -> Bool {
        let digest = SHA256Digest.of(code)
        let now = time.now()
        return open.withLock { open in
            open.removeAll { $0.until <= now }
            guard let index = open.firstIndex(where: { isEqualInConstantTime($0.digest.bytes, digest.bytes) }) else {
                return false
            }
            open.remove(at: index)
            return true
        }
    }
}
