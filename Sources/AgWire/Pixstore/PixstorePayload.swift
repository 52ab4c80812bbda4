package import AgCrypto

/// The first byte of every answer of Pixstore 3.
package enum PixstoreState: UInt8, Sendable, CaseIterable {
    case success = 0
    case updated = 1
    case notFound = 2
    case missingID = 3
    case missingProof = 4
    case invalidProof = 5
    case internalError = 6
}

/// The body of an answer of Pixstore 3, without its ciphertext, which is sent and kept apart.
///
/// Format: docs/formats/wire.md, “Pixstore”.
package enum PixstorePayload: Sendable {
    /// The client's token is current: `00`, and the ciphertext.
    case success
    /// It is not, or there was none: `01`, token 8, key 32, nonce 12, tag 16, and the ciphertext.
    case updated(WireToken, ContentSeal)
    /// One byte.
    case failure(PixstoreState)

    private static let sealByteCount =
        AES256GCM.keyByteCount + AES256GCM.nonceByteCount + AES256GCM.tagByteCount
    private static let updatedByteCount = 1 + 8 + sealByteCount

    package var state: PixstoreState {
        switch self {
        case .success: .success
        case .updated: .updated
        case .failure(let state): state
        }
    }

    /// What stands before the ciphertext.
    package var head: [UInt8] {
        guard case .updated(let token, let seal) = self else { return [state.rawValue] }
        let key = seal.key.reveal { [UInt8](copying: $0) }
        return [state.rawValue] + token.bytes + key + seal.nonce + seal.tag
    }

    /// Reads a whole answer; `bodyOffset` is where its ciphertext begins.
    ///
    /// Stricter than Pixstore's client, which keeps what it cannot open: an answer that is too short is `truncated`. Like there,
    /// what follows a failure does not count.
    package static func read(_ bytes: [UInt8]) throws(WireError) -> (payload: PixstorePayload, bodyOffset: Int) {
        guard let first = bytes.first else { throw .truncated }
        guard let state = PixstoreState(rawValue: first) else { throw .unknownState(first) }
        switch state {
        case .success:
            // One byte at least: the format.
            guard bytes.count > 1 else { throw .truncated }
            return (.success, 1)
        case .updated: return (try readUpdated(bytes), updatedByteCount)
        default: return (.failure(state), bytes.count)
        }
    }

    private static func readUpdated(_ bytes: [UInt8]) throws(WireError) -> PixstorePayload {
        guard bytes.count > updatedByteCount else { throw .truncated }
        guard let token = WireToken(LittleEndian.read(bytes, at: 1)) else { throw .tokenOutOfRange }
        guard
            let seal = ContentSeal(
                key: SecretBytes(Array(bytes[9..<41])), nonce: Array(bytes[41..<53]), tag: Array(bytes[53..<69]))
        else { throw .truncated }
        return .updated(token, seal)
    }
}
