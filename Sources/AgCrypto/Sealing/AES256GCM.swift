internal import COpenSSL

/// Why sealed bytes were not opened.
package enum SealError: Error, Sendable, Equatable {
    /// Bytes, key, or what they are bound to, are not those of the sealing. Which of them cannot be told.
    case notAuthentic
    /// It does not begin as this format does.
    case notSealed
    /// Of a version that this program does not know.
    case unknownVersion(UInt8)
    /// Shorter or longer than its format allows.
    case wrongLength
    /// What was to be sealed again is not what was sealed before.
    case contentChanged
    /// Wrapped by a master key that is not at hand.
    case unknownMasterKey(KeyID)
}

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D), with nonces of 96 and tags of 128 bits.
///
/// One key with one nonce for two messages gives both away, and the means to forge a third. So nothing outside this module can
/// seal with a key and nonce of its choice: `ContentSeal`, `SaltedBox` and `SealedBlobWriter` make a fresh key for each message.
package enum AES256GCM {
    package static let keyByteCount = 32
    package static let nonceByteCount = 12
    package static let tagByteCount = 16

    /// Writes the message to the begin of `out`; or zeros, and throws `notAuthentic`.
    ///
    /// - Precondition: the lengths of key, nonce and tag are right, and the message fits `out`.
    package static func open(
        _ sealed: RawSpan, tag: [UInt8], key: SecretBytes, nonce: [UInt8], boundTo binding: [UInt8] = [],
        into out: inout MutableRawSpan
    ) throws(SealError) {
        var cipher = GCMCipher(.open, key: key, nonce: nonce)
        cipher.bind(binding)
        cipher.update(sealed, into: &out)
        if !cipher.isAuthentic(tag) {
            out.wipe()
            throw .notAuthentic
        }
    }

    /// Writes the ciphertext, as long as the message, to the begin of `out`, and returns the tag.
    static func seal(
        _ message: RawSpan, key: SecretBytes, nonce: [UInt8], boundTo binding: [UInt8], into out: inout MutableRawSpan
    ) -> [UInt8] {
        var cipher = GCMCipher(.seal, key: key, nonce: nonce)
        cipher.bind(binding)
        cipher.update(message, into: &out)
        return cipher.tag()
    }
}

/// One message on its way through OpenSSL's AES-256-GCM.
// OpenSSL's context is bound to no thread, and only its one owner, with exclusive access, can reach it.
@safe struct GCMCipher: ~Copyable, @unchecked Sendable {
    enum Direction: Int32 {
        case seal = 1
        case open = 0
    }

    /// Fetched once: a look-up per message costs more than a short message.
    // Never written after it was made; OpenSSL counts its references atomically.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    /// OpenSSL counts in `Int32`; a multiple of the block keeps its fast path.
    private static let longestStep = 1 << 30

    private let context: OpaquePointer

    init(_ direction: Direction, key: SecretBytes, nonce: [UInt8]) {
        precondition(
            key.count == AES256GCM.keyByteCount && nonce.count == AES256GCM.nonceByteCount,
            "AES-256-GCM takes a key of 32 and a nonce of 12 bytes, got \(key.count) and \(nonce.count).")
        let context = unsafe EVP_CIPHER_CTX_new()
        let code = key.reveal { key in
            unsafe key.withUnsafeBytes { key in
                unsafe EVP_CipherInit_ex2(
                    context, Self.algorithm, key.baseAddress?.assumingMemoryBound(to: UInt8.self), nonce,
                    direction.rawValue, nil)
            }
        }
        guard let context = unsafe context, code == 1 else {
            preconditionFailure("OpenSSL has no AES-256-GCM; the installed libcrypto is not usable.")
        }
        unsafe self.context = context
    }

    /// OpenSSL zeroes the key schedule.
    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Before the first `update`: what the tag vouches for without being in the message.
    mutating func bind(_ binding: [UInt8]) {
        guard !binding.isEmpty else { return }
        var length: Int32 = 0
        let code = unsafe EVP_CipherUpdate(context, nil, &length, binding, Int32(binding.count))
        precondition(code == 1, "OpenSSL refused to bind \(binding.count) bytes.")
    }

    /// The next piece, as long behind as before.
    /// - Precondition: it fits `out`.
    mutating func update(_ piece: RawSpan, into out: inout MutableRawSpan, at offset: Int = 0) {
        precondition(
            offset >= 0 && piece.byteCount <= out.byteCount - offset,
            "\(piece.byteCount) bytes do not fit \(out.byteCount - offset).")
        guard piece.byteCount > 0 else { return }
        let isDone = unsafe piece.withUnsafeBytes { piece in
            unsafe out.withUnsafeMutableBytes { out in unsafe step(piece, out.baseAddress?.advanced(by: offset)) }
        }
        precondition(isDone, "OpenSSL refused to encrypt or decrypt.")
    }

    private func step(_ piece: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer?) -> Bool {
        guard let source = piece.baseAddress, let target = unsafe target else { return false }
        var place = 0
        while place < piece.count {
            var length: Int32 = 0
            let code = unsafe EVP_CipherUpdate(
                context, target.advanced(by: place).assumingMemoryBound(to: UInt8.self), &length,
                source.advanced(by: place).assumingMemoryBound(to: UInt8.self),
                Int32(min(piece.count - place, Self.longestStep)))
            guard code == 1, length > 0 else { return false }
            place += Int(length)
        }
        return true
    }

    /// The tag of what was sealed.
    consuming func tag() -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: AES256GCM.tagByteCount)
        var none: UInt8 = 0
        var length: Int32 = 0
        let isMade =
            unsafe EVP_CipherFinal_ex(context, &none, &length) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) == 1
        precondition(isMade, "OpenSSL could not make a tag.")
        return tag
    }

    /// Whether what was opened is what was sealed. OpenSSL compares in constant time.
    consuming func isAuthentic(_ tag: [UInt8]) -> Bool {
        precondition(tag.count == AES256GCM.tagByteCount, "A tag has 16 bytes, got \(tag.count).")
        var tag = tag
        var none: UInt8 = 0
        var length: Int32 = 0
        return unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1
            && EVP_CipherFinal_ex(context, &none, &length) == 1
    }
}
