internal import COpenSSL

/// Why no key was derived from a password.
package enum DerivationError: Error, Sendable, Equatable {
    /// The count of rounds is zero, negative or above the ceiling.
    case rounds(Int, ceiling: Int)
    /// Parameters outside of the limits: what they ask for would exhaust the machine, or protect nothing.
    case parameters
    /// The task was cancelled.
    case cancelled
    /// There is no memory for the derivation at the moment.
    case noMemory
}

/// PBKDF2 with HMAC-SHA-256 (RFC 8018), for files of other programs. Passwords of our own are for `Argon2id`.
package enum PBKDF2 {
    /// Twice of what is recommended for SHA-256 at the time of writing.
    package static let usualCeiling = 1_200_000
    package static let longestKey = 1_024

    /// How many rounds pass between two looks at the cancellation.
    private static let roundsBetweenLooks = 4_096

    /// Blocks for as long as the rounds take: to be called on a thread that may block.
    ///
    /// - Parameter ceiling: More rounds are refused before anything is computed: the count comes out of a file.
    /// - Parameter isCancelled: Asked every few thousand rounds. By default, whether the current task is cancelled.
    package static func derive(
        password: SecretBytes, salt: [UInt8], rounds: Int, byteCount: Int, ceiling: Int = usualCeiling,
        isCancelled: () -> Bool = { Task.isCancelled }
    ) throws(DerivationError) -> SecretBytes {
        guard 1...max(1, ceiling) ~= rounds else { throw .rounds(rounds, ceiling: ceiling) }
        guard 1...longestKey ~= byteCount else { throw .parameters }
        let hmac = KeyedHMAC(key: password)
        return try SecretBytes(count: byteCount) { (out: inout MutableRawSpan) throws(DerivationError) in
            for block in 0..<(byteCount + 31) / 32 {
                let index = (0..<4).map { UInt8(truncatingIfNeeded: (block + 1) >> (24 - 8 * $0)) }
                let pair = try pair(after: rounds, first: salt + index, hmac, isCancelled)
                pair.reveal { pair in
                    let sum = pair.extracting(32..<32 + min(32, byteCount - block * 32))
                    out.copy(sum, at: block * 32)
                }
            }
        }
    }

    /// The last round's value, 32 bytes, and behind it the exclusive or of all rounds' values.
    private static func pair(
        after rounds: Int, first message: [UInt8], _ hmac: borrowing KeyedHMAC, _ isCancelled: () -> Bool
    ) throws(DerivationError) -> SecretBytes {
        try SecretBytes(count: 64) { (pair: inout MutableRawSpan) throws(DerivationError) in
            hmac.begin(message, &pair)
            var left = rounds - 1
            while left > 0 {
                let step = min(left, roundsBetweenLooks)
                hmac.run(step, &pair)
                left -= step
                if left > 0, isCancelled() { throw .cancelled }
            }
        }
    }
}

/// HMAC-SHA-256 under one key, which is prepared once.
@safe private struct KeyedHMAC: ~Copyable {
    private let context: OpaquePointer

    // Never written after it was made; OpenSSL counts its references atomically.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil)

    init(key: SecretBytes) {
        let context = unsafe key.reveal { key in
            unsafe key.withUnsafeBytes { unsafe copenssl_hmac(Self.algorithm, $0.baseAddress, $0.count) }
        }
        guard let context = unsafe context else { preconditionFailure("OpenSSL has no HMAC-SHA-256.") }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    /// The first round.
    func begin(_ message: [UInt8], _ pair: inout MutableRawSpan) {
        let done = unsafe pair.withUnsafeMutableBytes { pair in
            let value = unsafe pair.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard unsafe EVP_MAC_init(context, nil, 0, nil) == 1,
                unsafe EVP_MAC_update(context, message, message.count) == 1,
                unsafe EVP_MAC_final(context, value, nil, 32) == 1
            else { return false }
            unsafe pair.baseAddress?.advanced(by: 32).copyMemory(
                from: UnsafeRawPointer(value.unsafelyUnwrapped), byteCount: 32)
            return true
        }
        precondition(done, "OpenSSL could not make an HMAC-SHA-256.")
    }

    func run(_ rounds: Int, _ pair: inout MutableRawSpan) {
        let code = unsafe pair.withUnsafeMutableBytes { pair in
            let value = unsafe pair.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe copenssl_pbkdf2_rounds(context, value, value?.advanced(by: 32), rounds)
        }
        precondition(code == 1, "OpenSSL could not make an HMAC-SHA-256.")
    }
}
