package import AgBase

/// What a signature vouches for. Pure: reading and writing queries, no keys and no clock.
package struct SignedURL: Sendable, Equatable {
    package struct Item: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let path: String
    package let items: [Item]
    package let expiresAt: Timestamp
    package let keyID: String

    package init(path: String, items: [Item], expiresAt: Timestamp, keyID: String) {
        self.path = path
        self.items = items
        self.expiresAt = expiresAt
        self.keyID = keyID
    }

    /// The bytes that are signed: each piece with its length in front, so that no two URLs read alike.
    package var message: [UInt8] {
        let pieces =
            ["argentum-url-1", path, "\(expiresAt.milliseconds)", keyID] + sorted.flatMap { [$0.name, $0.value] }
        return pieces.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
    }

    /// `v=1&expires=…&key=…&signature=…`. Names and values here are our own and need no escaping.
    package func query(signature: [UInt8]) -> String {
        let plain = sorted.map { "\($0.name)=\($0.value)" }
        let proof = ["expires=\(expiresAt.milliseconds)", "key=\(keyID)", "signature=\(Base64URL.encode(signature))"]
        return (plain + proof).joined(separator: "&")
    }

    /// Takes a request's items apart. `nil` unless each of the three that prove it is there exactly once and sound.
    package static func read(path: String, items: [Item]) -> (claim: SignedURL, signature: [UInt8])? {
        func only(_ name: String) -> String? {
            let found = items.filter { $0.name == name }
            return found.count == 1 ? found[0].value : nil
        }
        guard let expires = only("expires"), let milliseconds = Int64(expires), "\(milliseconds)" == expires,
            let key = only("key"), let text = only("signature"), let signature = Base64URL.decode(text)
        else { return nil }
        let rest = items.filter { !["expires", "key", "signature"].contains($0.name) }
        let claim = SignedURL(
            path: path, items: rest, expiresAt: Timestamp(milliseconds: milliseconds), keyID: key)
        return (claim, signature)
    }

    /// Whether a query claims to be signed at all.
    package static func isClaimed(by names: some Sequence<String>) -> Bool { names.contains("signature") }

    /// By bytes: Unicode calls some texts of different bytes equal, and then their order would be anybody's.
    private var sorted: [Item] {
        items.sorted { a, b in
            let isNameSame = a.name.utf8.elementsEqual(b.name.utf8)
            return isNameSame ? Self.precedes(a.value, b.value) : Self.precedes(a.name, b.name)
        }
    }

    private static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
}
