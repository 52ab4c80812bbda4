import AgBase
import AgLibrary

/// A list's cursor, as text and as what the text stands for.
package enum CursorFuzz: FuzzTarget {
    package static let name = "cursor"

    package static func run(_ input: [UInt8]) throws {
        try check(String(decoding: input, as: UTF8.self))
        // The other way in: random text is almost never Base64url of anything.
        try check(Base64URL.encode(input))
    }

    private static func check(_ text: String) throws {
        guard let cursor = ImageCursor(text) else { return }
        try promise(cursor.id.text.utf8.count == 36, "an id of \(cursor.id.text.utf8.count) bytes")
        try promise(ImageCursor(cursor.text) == cursor, "\(text) reads differently again")
        try promise(cursor.text.utf8.count <= 128, "a cursor that would be refused")
    }
}
