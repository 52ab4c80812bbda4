internal import COpenSSL
internal import Synchronization

/// SHA-256 over bytes that arrive in pieces. OpenSSL uses the processor's SHA instructions: about 1.3 GB/s.
///
/// One owner feeds it, in order.
// OpenSSL's context is bound to no thread, and only its one owner, with exclusive access, can reach it.
@safe package struct SHA256Hasher: ~Copyable, @unchecked Sendable {
    /// Fetched once: `EVP_sha256()` looks the provider up again for every digest, which costs more than a short hash.
    // Never written after it was made; OpenSSL counts its references atomically.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

    private static let spare = SpareContexts()

    private let context: OpaquePointer

    package init() {
        guard let context = unsafe Self.spare.take() ?? EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(context, Self.algorithm, nil) == 1
        else {
            preconditionFailure("OpenSSL has no SHA-256; the installed libcrypto is not usable.")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe Self.spare.give(context)
    }

    package mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        let code = unsafe EVP_DigestUpdate(context, base, bytes.count)
        precondition(code == 1, "OpenSSL refused to hash \(bytes.count) bytes.")
    }

    /// The digest of all that was fed; the hasher is used up.
    package consuming func finish() -> SHA256Digest {
        unsafe SHA256Digest { space in
            let code = unsafe EVP_DigestFinal_ex(context, space.baseAddress, nil)
            precondition(code == 1, "OpenSSL could not finish a SHA-256.")
        }
    }
}

/// Contexts of hashers that are done: making one and its inside anew takes several times as long as hashing a token.
///
/// A finished one keeps the digest alone; one that was given up keeps its last 63 bytes at most until it is used again.
@safe private final class SpareContexts: Sendable {
    // A context is bound to no thread, and its taker is its only owner.
    @safe private struct Context: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private static let most = 8
    private let contexts = Mutex<[Context]>([])

    func take() -> OpaquePointer? { unsafe contexts.withLock { unsafe $0.popLast()?.pointer } }

    func give(_ pointer: OpaquePointer) {
        let isKept = contexts.withLock { contexts in
            guard contexts.count < Self.most else { return false }
            unsafe contexts.append(Context(pointer: pointer))
            return true
        }
        if !isKept { unsafe EVP_MD_CTX_free(pointer) }
    }
}
