internal import COpenSSL

/// HKDF with SHA-256 (RFC 5869): other keys from a key.
package enum HKDF {
    /// OpenSSL's bound for `info`; what we bind to is far shorter.
    package static let longestInfo = 1_024

    // Never written after it was made; OpenSSL counts its references atomically.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_KDF_fetch(nil, "HKDF", nil)

    /// - Precondition: the key is not empty, `info` has at most 1,024 bytes, and 1 to 8,160 bytes are asked for.
    package static func derive(from key: SecretBytes, salt: [UInt8] = [], info: [UInt8], byteCount: Int) -> SecretBytes
    {
        precondition(key.count > 0 && info.count <= longestInfo && 1...8_160 ~= byteCount, "HKDF cannot make this key.")
        return SecretBytes(count: byteCount) { out in
            let made = key.reveal { key in
                unsafe key.withUnsafeBytes { key in
                    unsafe out.withUnsafeMutableBytes { out in
                        unsafe copenssl_hkdf(
                            algorithm, key.baseAddress, key.count, salt, salt.count, info, info.count,
                            out.baseAddress, out.count)
                    }
                }
            }
            precondition(made == 1, "OpenSSL could not derive a key with HKDF-SHA-256.")
        }
    }
}
