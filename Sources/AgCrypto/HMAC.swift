package import AgBase
internal import COpenSSL

/// HMAC with SHA-256 (RFC 2104): 32 bytes that only a holder of the key can make.
package func hmacSHA256(key: Secret, _ message: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    var length: UInt32 = 0
    let made = key.reveal { key in
        unsafe HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length) != nil
    }
    precondition(made && Int(length) == code.count, "OpenSSL could not make an HMAC-SHA-256.")
    return code
}
