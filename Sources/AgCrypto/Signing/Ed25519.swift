internal import COpenSSL

/// Ed25519 (RFC 8032): a server signs, and its public key verifies.
@safe package final class SigningKey: Sendable {
    package static let seedByteCount = 32

    package let seed: SecretBytes
    package let verifyingKey: VerifyingKey
    // Read-only after init; OpenSSL signs with one key on many threads.
    nonisolated(unsafe) private let key: OpaquePointer

    /// - Precondition: the seed has 32 bytes.
    package init(seed: SecretBytes) {
        precondition(seed.count == Self.seedByteCount, "A signing key has 32 bytes, got \(seed.count).")
        let key = unsafe seed.reveal { seed in
            unsafe seed.withUnsafeBytes { seed in
                unsafe EVP_PKEY_new_raw_private_key(
                    EVP_PKEY_ED25519, nil, seed.baseAddress?.assumingMemoryBound(to: UInt8.self), seed.count)
            }
        }
        guard let key = unsafe key else { preconditionFailure("OpenSSL has no Ed25519.") }
        self.seed = seed
        verifyingKey = unsafe VerifyingKey(of: key)
        unsafe self.key = key
    }

    package convenience init() {
        self.init(seed: .random(Self.seedByteCount))
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// 64 bytes; the same for the same message.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: VerifyingKey.signatureByteCount)
        var length = signature.count
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        let isSigned =
            unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1
            && EVP_DigestSign(context, &signature, &length, message, message.count) == 1
        precondition(isSigned && length == signature.count, "OpenSSL could not sign with Ed25519.")
        return signature
    }
}

/// The public half of a `SigningKey`.
package struct VerifyingKey: Sendable, Hashable {
    package static let byteCount = 32
    package static let signatureByteCount = 64

    package let bytes: [UInt8]

    /// `nil` unless there are 32 bytes. Whether they are a point of the curve shows when something is verified.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    fileprivate init(of key: OpaquePointer) {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        var length = bytes.count
        let code = unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &length)
        precondition(code == 1 && length == Self.byteCount, "OpenSSL has no Ed25519.")
        self.bytes = bytes
    }

    /// What names this key where several are in use: the first 8 bytes of its SHA-256.
    package var id: [UInt8] { Array(SHA256Digest.of(bytes).bytes.prefix(8)) }

    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureByteCount,
            let key = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return false }
        defer { unsafe EVP_PKEY_free(key) }
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
