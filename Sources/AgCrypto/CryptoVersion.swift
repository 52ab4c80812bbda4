internal import COpenSSL

/// Which cryptography is loaded.
package enum CryptoVersion {
    /// OpenSSL's version, such as `3.0.15`.
    package static var library: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)) }
}
