internal import COpenSSL

/// SHA-1 over bytes that arrive in pieces. For checksums of other programs' protocols alone: it does not withstand an attacker.
///
/// One owner feeds it, in order.
// OpenSSL's context is bound to no thread, and only its one owner, with exclusive access, can reach it.
@safe package struct SHA1Hasher: ~Copyable, @unchecked Sendable {
    package static let byteCount = 20
    private let context: OpaquePointer

    package init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex2(context, EVP_sha1(), nil) == 1 else {
            preconditionFailure("OpenSSL has no SHA-1; the installed libcrypto is not usable.")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        let code = unsafe EVP_DigestUpdate(context, base, bytes.count)
        precondition(code == 1, "OpenSSL refused to hash \(bytes.count) bytes.")
    }

    /// The digest of all that was fed; the hasher is used up.
    package consuming func finish() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        let code = unsafe EVP_DigestFinal_ex(context, &bytes, nil)
        precondition(code == 1, "OpenSSL could not finish a SHA-1.")
        return bytes
    }
}
