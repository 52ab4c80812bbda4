internal import COpenSSL

/// Whether two secrets are the same, in a time that tells nothing about where they differ.
///
/// Their lengths are not secret.
package func isEqualInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return unsafe CRYPTO_memcmp(a, b, a.count) == 0
}
