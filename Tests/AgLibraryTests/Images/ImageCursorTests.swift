import AgBase
import AgLibrary
import AgModel
import Testing

@Suite("A list's cursor")
struct ImageCursorTests {
    @Test("reads back what it writes")
    func roundTrip() {
        let cursor = ImageCursor(uploadedAt: Timestamp(milliseconds: 1_795_176_000_123), id: .make())
        #expect(ImageCursor(cursor.text) == cursor)
    }

    @Test(
        "of any other shape is refused",
        arguments: [
            "", "x", "====", "MTIz", Base64URL.encode(Array("12.not-an-id".utf8)), Base64URL.encode([0xFF, 0xFE]),
            Base64URL.encode(Array("a.0193c6f0-0000-7000-8000-000000000000".utf8)),
            Base64URL.encode(Array("1.0193c6f0-0000-7000-8000-000000000000.1".utf8)),
            String(repeating: "A", count: 129),
        ])
    func refused(_ text: String) {
        #expect(ImageCursor(text) == nil)
    }
}
