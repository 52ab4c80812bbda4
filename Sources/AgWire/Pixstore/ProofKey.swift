internal import AgBase
package import AgCrypto

/// Makes and checks the proofs that let a client without a token fetch one sealed picture for a while.
///
/// A proof is the first 72 bits of an HMAC over the window of time and the id. Nothing is stored: every process that has the secret
/// makes and takes the same proofs, also after a restart. For clients of Pixstore a proof is any text of twelve characters.
package struct ProofKey: Sendable {
    private static let byteCount = 9
    private static let purpose = Array("argentum proof 1".utf8)

    private let key: Secret
    /// In milliseconds. A proof holds for the rest of its window and the next one whole.
    package let window: Int64

    /// - Precondition: the window is positive.
    package init(secret: SecretBytes, windowMilliseconds: Int64 = 20_000) {
        precondition(windowMilliseconds > 0, "A window of \(windowMilliseconds) ms accepts no proof.")
        key = HKDF.derive(from: secret, info: Self.purpose, byteCount: 32).reveal { Secret([UInt8](copying: $0)) }
        window = windowMilliseconds
    }

    package func proof(for recordID: String, milliseconds now: Int64) -> String {
        proof(for: recordID, window: number(now))
    }

    /// Both windows are looked at in any case, and compared in constant time.
    package func isValid(_ proof: String, for recordID: String, milliseconds now: Int64) -> Bool {
        let given = Array(proof.utf8)
        let isCurrent = isEqualInConstantTime(given, Array(self.proof(for: recordID, window: number(now)).utf8))
        let earlier = self.proof(for: recordID, window: number(now) &- 1)
        let isEarlier = isEqualInConstantTime(given, Array(earlier.utf8))
        return isCurrent || isEarlier
    }

    private func number(_ now: Int64) -> Int64 {
        now >= 0 ? now / window : (now &+ 1) / window - 1
    }

    private func proof(for recordID: String, window: Int64) -> String {
        let code = hmacSHA256(key: key, LittleEndian.bytes(window) + Array(recordID.utf8))
        return Base64.encode(code.prefix(Self.byteCount))
    }
}
