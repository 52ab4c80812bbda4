import AgBase
import AgCrypto
import AgModel
import AgSQL

extension NoticeTopic {
    /// A token was revoked or a session ended, and its row is gone.
    static let accessEnded = NoticeTopic("access-ended", .beforeAnswer)
    /// The same, but the row could not be deleted: what every process must refuse from memory.
    static let denied = NoticeTopic("access-denied", .beforeAnswer)
}

extension Notice {
    static func denied(token: TokenID) -> Notice { Notice(.denied, "token \(token)") }

    static func denied(session: SHA256Digest, _ hashes: [[UInt8]]) -> Notice {
        Notice(.denied, (["session", session.hex] + hashes.map { Hex.encode($0) }).joined(separator: " "))
    }
}

/// What ends on another server ends here.
extension Access {
    func subscribe() {
        // Weakly: the database keeps its subscribers, and this keeps the database.
        notices.subscribe(to: .accessEnded) { [weak self] _ in self?.announceEnding() }
        notices.subscribe(to: .denied) { [weak self] arrival in
            if case .text(let text) = arrival { self?.deny(text) }
        }
    }

    /// `run` tries the deletion here as well, and lifts the denial when the row is gone.
    private func deny(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        switch words.first {
        case "token" where words.count == 2:
            guard let id = TokenID(untrusted: words[1]) else { return }
            _ = denials.deny(id)
        case "session" where words.count >= 3:
            guard let digest = SHA256Digest(hex: words[1]) else { return }
            denials.deny(session: digest, hashes: words.dropFirst(2).compactMap { Hex.decode($0) })
        default: return
        }
        announceEnding()
    }
}
