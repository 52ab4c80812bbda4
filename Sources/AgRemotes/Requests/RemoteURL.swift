import CCurl

/// An `http` or `https` URL, read by libcurl's own parser: what is checked here is what is connected to.
package struct RemoteURL: Sendable, Hashable, CustomStringConvertible {
    /// In libcurl's canonical form: numbers such as `0x7f.1` are dotted addresses, dots in paths are resolved.
    package let text: String
    package let scheme: String
    /// A name or an address; IPv6 without brackets, and without its zone.
    package let host: String
    package let port: Int

    /// Throws `RemoteError` for other schemes, for a user name or password, and for what is no URL. Sentences do not show
    /// the URL, which may hold a signature.
    package init(_ text: String) throws(RemoteError) {
        try self.init(Self.parse(text, base: nil))
    }

    /// The URL that a `Location` header names, seen from here.
    package func resolving(_ reference: String) throws(RemoteError) -> RemoteURL {
        RemoteURL(try Self.parse(reference, base: text))
    }

    private init(_ parts: Parts) {
        text = parts.text
        scheme = parts.scheme
        host = parts.host
        port = parts.port
    }

    package var isSecure: Bool { scheme == "https" }

    /// Scheme, host and port: what may see the same credentials.
    func hasSameOrigin(as other: RemoteURL) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// Host and port only: paths and queries may hold secrets.
    package var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(name)" + (port == (isSecure ? 443 : 80) ? "" : ":\(port)")
    }

    private struct Parts {
        let text: String
        let scheme: String
        let host: String
        let port: Int
    }

    private static func parse(_ text: String, base: String?) throws(RemoteError) -> Parts {
        guard text.utf8.count <= 64 << 10, !text.utf8.contains(where: { $0 < 0x21 || $0 == 0x7F }) else {
            throw .invalidURL("is too long or holds spaces or control characters")
        }
        guard let handle = unsafe curl_url() else { throw .internalError("curl_url") }
        defer { unsafe curl_url_cleanup(handle) }
        for part in [base, text].compactMap({ $0 }) {
            let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
            guard unsafe curl_url_set(handle, CURLUPART_URL, part, flags) == CURLUE_OK else {
                throw .invalidURL("cannot be read")
            }
        }
        return try unsafe parts(handle)
    }

    private static func parts(_ handle: OpaquePointer) throws(RemoteError) -> Parts {
        func part(_ which: CURLUPart, _ flags: UInt32 = 0) -> String? {
            var value: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(handle, which, &value, flags) == CURLUE_OK, let found = unsafe value else {
                return nil
            }
            defer { unsafe curl_free(found) }
            return unsafe String(cString: found)
        }
        guard let scheme = part(CURLUPART_SCHEME), ["http", "https"].contains(scheme) else {
            throw .invalidURL("must begin with http:// or https://")
        }
        guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
            throw .invalidURL("must not hold a user name or password")
        }
        // A fragment is for the reader of the answer; it is not sent.
        unsafe curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
        guard let text = part(CURLUPART_URL), let named = part(CURLUPART_HOST), !named.isEmpty,
            let port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap(Int.init), port > 0
        else { throw .invalidURL("has no host") }
        let host = named.hasPrefix("[") ? String(named.dropFirst().prefix { $0 != "]" && $0 != "%" }) : named
        return Parts(text: text, scheme: scheme, host: host.lowercased(), port: port)
    }
}
