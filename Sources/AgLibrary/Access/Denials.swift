import AgCrypto
import AgModel
import Synchronization

/// Tokens and sessions that have been ended here and whose rows are not gone yet: refused from the first moment, also
/// when the disk has no room for the deletion. Forgotten when the process ends, which is why the deletion is tried again.
final class Denials: Sendable {
    struct List: Sendable {
        var tokens: Set<TokenID> = []
        /// By the digest of their cookies, with the hashes that their rows may have.
        var sessions: [SHA256Digest: [[UInt8]]] = [:]

        var isEmpty: Bool { tokens.isEmpty && sessions.isEmpty }
    }

    private let list = Mutex(List())

    var all: List { list.withLock { $0 } }

    /// False when it is denied already.
    func deny(_ token: TokenID) -> Bool {
        list.withLock { $0.tokens.insert(token).inserted }
    }

    func deny(session: SHA256Digest, hashes: [[UInt8]]) {
        list.withLock { $0.sessions[session] = hashes }
    }

    /// Their rows are gone.
    func lift(_ token: TokenID) {
        list.withLock { _ = $0.tokens.remove(token) }
    }

    func lift(session: SHA256Digest) {
        list.withLock { _ = $0.sessions.removeValue(forKey: session) }
    }

    func covers(_ origin: Credential.Origin) -> Bool {
        guard case .token(let id) = origin else { return false }
        return list.withLock { $0.tokens.contains(id) }
    }

    /// The same by a hash that its row may have.
    func covers(sessionHash hash: [UInt8]) -> Bool {
        list.withLock { $0.sessions.values.contains { $0.contains(hash) } }
    }

    func covers(session: SHA256Digest) -> Bool {
        list.withLock { $0.sessions[session] != nil }
    }
}
