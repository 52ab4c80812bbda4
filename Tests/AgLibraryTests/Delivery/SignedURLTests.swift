import AgBase
import AgLibrary
import Testing

@Suite("A signed URL's claim")
struct SignedURLTests {
    let claim = SignedURL(
        path: "/api/images/a/thumbnail", items: [.init("v", "1")], expiresAt: Timestamp(milliseconds: 1_000),
        keyID: "k1")

    func items(_ query: String) -> [SignedURL.Item] {
        query.split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return SignedURL.Item(String(sides[0]), sides.count > 1 ? String(sides[1]) : "")
        }
    }

    @Test("reads back from its query")
    func roundTrip() throws {
        let read = try #require(SignedURL.read(path: claim.path, items: items(claim.query(signature: [1, 2, 3]))))
        #expect(read.claim == claim)
        #expect(read.signature == [1, 2, 3])
    }

    @Test("signs the same message whatever the order of the items")
    func order() throws {
        let a = SignedURL(
            path: "/p", items: [.init("v", "1"), .init("a", "2")], expiresAt: claim.expiresAt, keyID: "k")
        let b = SignedURL(
            path: "/p", items: [.init("a", "2"), .init("v", "1")], expiresAt: claim.expiresAt, keyID: "k")
        #expect(a.message == b.message)
    }

    @Test("orders by bytes what Unicode calls equal")
    func equivalentItems() {
        let items = [SignedURL.Item("a", "\u{E9}"), SignedURL.Item("a", "e\u{301}")]
        let one = SignedURL(path: "/p", items: items, expiresAt: claim.expiresAt, keyID: "k")
        let other = SignedURL(path: "/p", items: items.reversed(), expiresAt: claim.expiresAt, keyID: "k")
        #expect(one.message == other.message)
    }

    @Test("that differs anywhere signs another message")
    func injective() {
        let others = [
            SignedURL(path: "/api/images/b/thumbnail", items: claim.items, expiresAt: claim.expiresAt, keyID: "k1"),
            SignedURL(path: claim.path, items: [], expiresAt: claim.expiresAt, keyID: "k1"),
            SignedURL(path: claim.path, items: [.init("v", "2")], expiresAt: claim.expiresAt, keyID: "k1"),
            SignedURL(path: claim.path, items: [.init("v1", "")], expiresAt: claim.expiresAt, keyID: "k1"),
            SignedURL(
                path: claim.path, items: [.init("v", "1"), .init("v", "1")], expiresAt: claim.expiresAt, keyID: "k1"),
            SignedURL(path: claim.path, items: claim.items, expiresAt: Timestamp(milliseconds: 1_001), keyID: "k1"),
            SignedURL(path: claim.path, items: claim.items, expiresAt: claim.expiresAt, keyID: "k2"),
        ]
        #expect(Set(others.map { Hex.encode($0.message) }).count == others.count)
        #expect(!others.map(\.message).contains(claim.message))
    }

    @Test(
        "is not read from a query that lacks, doubles or spoils what proves it",
        arguments: [
            "", "v=1", "expires=1&key=k", "expires=1&signature=AQ", "key=k&signature=AQ",
            "expires=1&expires=1&key=k&signature=AQ", "expires=1&key=k&key=k&signature=AQ",
            "expires=1&key=k&signature=AQ&signature=AQ", "expires=x&key=k&signature=AQ",
            "expires=+1&key=k&signature=AQ",
            "expires=01&key=k&signature=AQ", "expires=1&key=k&signature=A", "expires=1&key=k&signature=%%",
        ])
    func unsound(_ query: String) {
        #expect(SignedURL.read(path: "/p", items: items(query)) == nil)
    }
}
