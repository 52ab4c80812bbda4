import AgBase
import AgHTTP

/// What a part of an upload form is, by the name of its field.
enum UploadField: Equatable {
    /// A picture: `images`, `image`, `files` or `file`, also as `images[]` (PHP, Rails, axios) and `images[0]` (curl in PHP).
    case file
    case sessionID
    case fixedID
    case allowDamaged
    /// Other programs' fields, such as a caption or a CSRF token of the page that the form stands on.
    case unknown

    static let fileNames = ["images", "image", "files", "file"]
    private static let plain: [(name: String, field: UploadField)] = [
        ("sessionId", .sessionID), ("fixedId", .fixedID), ("allowDamaged", .allowDamaged),
    ]

    init(_ name: String) {
        if let known = Self.plain.first(where: { $0.name == name }) {
            self = known.field
        } else {
            self = Self.fileNames.contains(Self.base(of: name)) ? .file : .unknown
        }
    }

    /// The name without an index in brackets, or none, at its end.
    private static func base(of name: String) -> String {
        guard name.utf8.last == UInt8(ascii: "]"), let open = name.utf8.lastIndex(of: UInt8(ascii: "[")) else {
            return name
        }
        let index = name.utf8[open...].dropFirst().dropLast()
        return index.allSatisfy { 48...57 ~= $0 } ? String(Substring(name.utf8[..<open])) : name
    }

    /// The field that an unknown one was surely meant to be: another case (`fixedID`), other separators (`fixed_id`), or one
    /// slip of the finger. A misspelt wish must not be passed over; a field that only sounds alike must not be refused.
    static func nearMiss(of name: String) -> String? {
        guard name.utf8.count <= longestNearMiss else { return nil }
        let letters = letters(of: name)
        return plain.map(\.name).first { Suggestion.slips(letters, Self.letters(of: $0)) <= 1 }
    }

    private static let longestNearMiss = 32

    private static func letters(of name: String) -> [UInt8] {
        name.utf8.map(ASCIICase.lower).filter { 48...57 ~= $0 || 97...122 ~= $0 || $0 >= 0x80 }
    }
}
