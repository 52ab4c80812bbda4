/// A short secret, sealed under a key that lives long.
///
/// Each box has a key of its own, derived from the long-lived one with 32 fresh random bytes, so that no count of boxes wears
/// the long-lived key out and no nonce can repeat. Layout: salt 32, ciphertext as long as the secret, tag 16.
///
/// Format: docs/formats/sealed-blobs.md, “Boxes”.
package enum SaltedBox {
    package static let saltByteCount = 32
    /// How much longer a box is than what lies in it.
    package static let overhead = saltByteCount + AES256GCM.tagByteCount

    /// - Parameter purpose: Separates keys by use: a box of one purpose does not open for another.
    /// - Parameter binding: What the box belongs to; not part of it.
    package static func seal(
        _ secret: SecretBytes, under key: SecretBytes, purpose: String, boundTo binding: [UInt8]
    ) -> [UInt8] {
        let salt = RandomBytes.make(saltByteCount)
        let once = OneTimeKey(from: key, salt: salt, purpose: purpose)
        var sealed = [UInt8](repeating: 0, count: secret.count)
        let tag = secret.reveal { secret in
            sealed.withMutableBytes { out in
                AES256GCM.seal(secret, key: once.key, nonce: once.nonce, boundTo: binding, into: &out)
            }
        }
        return salt + sealed + tag
    }

    package static func open(
        _ box: [UInt8], under key: SecretBytes, purpose: String, boundTo binding: [UInt8]
    ) throws(SealError) -> SecretBytes {
        guard box.count >= overhead else { throw .wrongLength }
        let once = OneTimeKey(from: key, salt: Array(box.prefix(saltByteCount)), purpose: purpose)
        let tag = Array(box.suffix(AES256GCM.tagByteCount))
        let sealed = unsafe box.span.bytes.extracting(saltByteCount..<box.count - AES256GCM.tagByteCount)
        return try SecretBytes(count: box.count - overhead) { (out: inout MutableRawSpan) throws(SealError) in
            try AES256GCM.open(sealed, tag: tag, key: once.key, nonce: once.nonce, boundTo: binding, into: &out)
        }
    }
}

/// Key and nonce for one message.
struct OneTimeKey {
    let key: SecretBytes
    let nonce: [UInt8]

    /// Both from the system's generator.
    init() {
        key = .random(AES256GCM.keyByteCount)
        nonce = RandomBytes.make(AES256GCM.nonceByteCount)
    }

    /// Both from a long-lived key and a salt that is never used again.
    init(from key: SecretBytes, salt: [UInt8], purpose: String) {
        let both = HKDF.derive(
            from: key, salt: salt, info: Array(purpose.utf8),
            byteCount: AES256GCM.keyByteCount + AES256GCM.nonceByteCount)
        (self.key, nonce) = both.reveal { both in
            let nonce = both.extracting(last: AES256GCM.nonceByteCount)
            return (SecretBytes(copying: both.extracting(first: AES256GCM.keyByteCount)), Array(copying: nonce))
        }
    }
}
