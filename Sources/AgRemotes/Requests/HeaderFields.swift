/// The header fields of a request or an answer, in order; names are compared without regard to case.
package struct HeaderFields: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    package private(set) var all: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// The first value of that name; setting replaces all of them, setting `nil` removes them.
    package subscript(_ name: String) -> String? {
        get { all.first { Self.isEqual($0.name, name) }?.value }
        set {
            all.removeAll { Self.isEqual($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    package func values(_ name: String) -> [String] { all.filter { Self.isEqual($0.name, name) }.map(\.value) }

    /// Adds a field beside those of the same name. What is no header name is left out, and control characters of the value
    /// become spaces: no value can start a line of its own.
    package mutating func add(_ name: String, _ value: String) {
        guard Self.isName(name) else { return }
        let isControl = { (byte: UInt8) in byte < 0x20 || byte == 0x7F }
        let clean =
            value.utf8.contains(where: isControl)
            ? String(decoding: value.utf8.map { isControl($0) ? 0x20 : $0 }, as: UTF8.self) : value
        all.append(Field(name: name, value: clean))
    }

    /// A line of a message's head without its end; `nil` for a line that is no field (RFC 9112, section 5).
    static func field(_ line: some Collection<UInt8>) -> Field? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        guard isName(name) else { return nil }
        let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0D, 0x0A].contains(byte) }
        let value = line[line.index(after: colon)...].drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return Field(name: name, value: String(decoding: value, as: UTF8.self))
    }

    mutating func append(_ field: Field) { all.append(field) }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func isEqual(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && a.lowercased() == b.lowercased()
    }
}
