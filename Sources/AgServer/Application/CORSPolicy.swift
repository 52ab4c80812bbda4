package import AgBase
import AgHTTP

/// The origins whose pages may call the server from a browser: the setting `cors-origins`.
package struct CORSPolicy: Sendable {
    /// As browsers write them: `https://app.example`, `http://localhost:5173`.
    let origins: Set<String>
    /// Whether every origin may use URLs that carry their own authority.
    let admitsAllToOwnAuthority: Bool

    package static let none = CORSPolicy(origins: [], admitsAllToOwnAuthority: false)

    var isNone: Bool { origins.isEmpty && !admitsAllToOwnAuthority }

    private init(origins: Set<String>, admitsAllToOwnAuthority: Bool) {
        self.origins = origins
        self.admitsAllToOwnAuthority = admitsAllToOwnAuthority
    }

    /// Throws a sentence for each word that is neither an origin nor `*`.
    package init(_ words: [String]) throws(SettingsProblem) {
        let names = words.filter { $0 != "*" }
        let read = names.map { (word: $0, origin: Self.origin($0)) }
        let wrong = read.filter { $0.origin == nil }.map(\.word)
        guard wrong.isEmpty else { throw SettingsProblem(wrong.map(Self.complaint)) }
        origins = Set(read.compactMap(\.origin))
        admitsAllToOwnAuthority = names.count < words.count
    }

    private static func complaint(_ word: String) -> String {
        "cors-origins takes origins such as https://app.example or http://localhost:5173, or * for signed URLs and one-time upload URLs, not '\(word)': an origin has a scheme, a host and perhaps a port, and no path, slash, user or wildcard."
    }

    /// In lower case and without the port that goes without saying; `nil` when it is no origin. `null`, which any page can
    /// be, is none.
    static func origin(_ text: String) -> String? {
        let lowered = ASCIICase.lowered(text)
        guard let (scheme, authority) = split(lowered), isScheme(scheme),
            let (host, port) = hostAndPort(authority), isHost(host)
        else { return nil }
        guard let port else { return "\(scheme)://\(host)" }
        guard let number = UInt16(port), number > 0, "\(number)" == port else { return nil }
        let isStandard = (scheme == "http" && number == 80) || (scheme == "https" && number == 443)
        return isStandard ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }

    private static func split(_ text: String) -> (scheme: Substring, authority: Substring)? {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8[colon...].starts(with: "://".utf8)
        else { return nil }
        return (text[..<colon], Substring(text.utf8[colon...].dropFirst(3)))
    }

    private static func hostAndPort(_ authority: Substring) -> (host: Substring, port: Substring?)? {
        let bytes = authority.utf8
        // Colons inside of brackets belong to an IPv6 address.
        let start = bytes.lastIndex(of: UInt8(ascii: "]")) ?? bytes.startIndex
        guard let colon = bytes[start...].firstIndex(of: UInt8(ascii: ":")) else { return (authority, nil) }
        return (authority[..<colon], Substring(bytes[colon...].dropFirst()))
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, 97...122 ~= first else { return false }
        return text.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || "+-.".utf8.contains($0) }
    }

    private static func isHost(_ text: Substring) -> Bool {
        if text.utf8.first == UInt8(ascii: "[") {
            return text.utf8.last == UInt8(ascii: "]") && text.utf8.count > 3
                && text.utf8.dropFirst().dropLast().allSatisfy { Self.isHexDigit($0) || ":.".utf8.contains($0) }
        }
        return !text.isEmpty && text.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || "-._".utf8.contains($0) }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte || 97...102 ~= byte }
}

/// Which pages of other origins may read a route's answers.
package enum CrossOrigin: Sendable, Hashable {
    /// None: the page's own files, and what gives, takes or tells of its cookie.
    case never
    /// Those of `cors-origins`.
    case listed
    /// Those of `cors-origins`, and every one when it holds `*`: the URL carries its own authority, a page only the URL.
    case ownAuthority
    /// As `ownAuthority` when the URL is signed, otherwise as `listed`.
    case ownAuthorityWhenSigned
    /// Every one, whatever `cors-origins` says.
    case everyone
}
