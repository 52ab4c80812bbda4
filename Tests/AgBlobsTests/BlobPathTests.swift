import AgBlobs
import Testing

@Suite("A blob's path")
struct BlobPathTests {
    @Test(
        "that could leave the store is refused",
        arguments: [
            "", "/", "a/", "/etc/passwd", "a//b", "..", "../x", "a/../b", ".hidden", "a/.hidden", "a b", "a\u{0}b", "ü",
            "a~b", "a@b", String(repeating: "a", count: 513),
        ])
    func unsound(_ text: String) {
        #expect(BlobPath(untrusted: text) == nil)
    }

    @Test("names the folders above it, outermost first")
    func folders() {
        #expect(BlobPath("images/2026/11/a.jpg").folders == ["images", "images/2026", "images/2026/11"])
        #expect(BlobPath("a.jpg").folders.isEmpty)
    }
}
