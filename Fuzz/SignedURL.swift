import AgBase
import AgHTTP
import AgLibrary

/// A signed URL: the path on the first line, the query on the second.
package enum SignedURLFuzz: FuzzTarget {
    package static let name = "signed-url"

    package static func run(_ input: [UInt8]) throws {
        let lines = input.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count == 2, let pairs = try? HTTPQuery(raw: lines[1]).items() else { return }
        let items = pairs.map { SignedURL.Item($0.name, $0.value) }
        guard let (claim, signature) = SignedURL.read(path: lines[0], items: items) else {
            return
        }
        try promise(SignedURL.isClaimed(by: items.map(\.name)), "read without being claimed")
        try promise(claim.items.count == items.count - 3, "\(items.count - claim.items.count - 3) items too few")
        try checkRoundTrip(claim, signature)
        try checkMessage(claim)
    }

    /// As the server writes it, escaped, it reads as it was.
    private static func checkRoundTrip(_ claim: SignedURL, _ signature: [UInt8]) throws {
        let escaped = SignedURL(
            path: claim.path,
            items: claim.items.map { .init(PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) },
            expiresAt: claim.expiresAt, keyID: PercentEncoding.encode(claim.keyID))
        let pairs = try HTTPQuery(raw: escaped.query(signature: signature)).items()
        let again = SignedURL.read(path: claim.path, items: pairs.map { .init($0.name, $0.value) })
        try promise(again?.signature == signature, "the signature is lost")
        try promise(again?.claim.message == claim.message, "the message differs: \(claim)")
    }

    /// The order of the items does not count, and each byte of them does.
    private static func checkMessage(_ claim: SignedURL) throws {
        func variant(_ items: [SignedURL.Item]) -> SignedURL {
            SignedURL(path: claim.path, items: items, expiresAt: claim.expiresAt, keyID: claim.keyID)
        }
        try promise(variant(claim.items.reversed()).message == claim.message, "the order counts: \(claim.items)")
        try promise(variant(claim.items + [.init("", "")]).message != claim.message, "an item more is not seen")
    }
}
