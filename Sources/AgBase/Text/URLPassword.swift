/// The password that a database's URL may carry: between user and host, or as a parameter.
package enum URLPassword {
    /// Parameters of libpq that hold one.
    private static let parameters: Set<String> = ["password", "sslpassword"]
    private static let mask = "***"

    package static func isIn(_ url: String) -> Bool {
        hidden(in: url) != url
    }

    /// The same URL with `***` in place of the password. What is no URL stays as it is.
    package static func hidden(in url: String) -> String {
        guard let start = url.firstRange(of: "://")?.upperBound else { return url }
        let rest = url[start...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        // A password that should have been encoded may hold what ends the host, or an @ of its own.
        let at = rest[..<end].lastIndex(of: "@") ?? rest.firstIndex(of: "@").flatMap { isHost($0, rest) ? $0 : nil }
        guard let at else { return url[..<start] + parametersHidden(in: rest) }
        return url[..<start] + userOnly(rest[..<at]) + parametersHidden(in: rest[at...])
    }

    /// Whether what stands before this @ has the form of `user:password`, and not of a path with an @ in it.
    private static func isHost(_ at: String.Index, _ rest: Substring) -> Bool {
        let head = rest[..<at]
        guard let colon = head.firstIndex(of: ":") else { return false }
        let slash = head.firstIndex { $0 == "/" || $0 == "?" } ?? head.endIndex
        // `host:5432/…@` is a port and a path.
        return colon < slash && !head[colon..<slash].dropFirst().allSatisfy(\.isNumber)
    }

    private static func userOnly(_ credentials: Substring) -> String {
        guard let colon = credentials.firstIndex(of: ":") else { return String(credentials) }
        return credentials[..<colon] + ":" + mask
    }

    private static func parametersHidden(in rest: Substring) -> String {
        guard let mark = rest.firstIndex(of: "?") else { return String(rest) }
        let shown = rest[rest.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false).map {
            pair in
            let name = pair.prefix { $0 != "=" }
            return isParameter(name) && name.endIndex < pair.endIndex ? "\(name)=\(mask)" : String(pair)
        }
        return rest[...mark] + shown.joined(separator: "&")
    }

    /// A name may be percent-encoded, as any part of a URL.
    private static func isParameter(_ name: Substring) -> Bool {
        var decoded: [UInt8] = []
        var bytes = name.utf8[...]
        while let byte = bytes.popFirst() {
            let pair = bytes.prefix(2)
            if byte == 37, pair.count == 2, let value = UInt8(String(decoding: pair, as: UTF8.self), radix: 16) {
                decoded.append(value)
                bytes = bytes.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return parameters.contains(String(decoding: decoded, as: UTF8.self).lowercased())
    }
}
