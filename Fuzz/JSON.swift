import AgBase
import FoundationEssentials

/// JSON as requests bring it and as our own writer answers.
package enum JSONFuzz: FuzzTarget {
    package static let name = "json"

    package static func run(_ input: [UInt8]) throws {
        try checkText(String(decoding: input, as: UTF8.self))
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(input)) else { return }
        let again = try? JSONDecoder().decode(JSONValue.self, from: Data(value.text.utf8))
        let isKept = again.map { isSameValue($0, value) } ?? false
        try promise(isKept, "\(value.text) became \(again?.text ?? "nothing")")
    }

    /// A number may change its kind on the way, from 1e17 to an integer, but not its value.
    private static func isSameValue(_ a: JSONValue, _ b: JSONValue) -> Bool {
        switch (a, b) {
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { isSameValue($0, $1) }
        case (.object(let a), .object(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0.name == $1.name && isSameValue($0.value, $1.value) }
        case (.int, .double), (.double, .int): a.double == b.double
        default: a == b
        }
    }

    /// Every text comes back as it was.
    private static func checkText(_ text: String) throws {
        let quoted = JSONText.quote(text)
        try promise(!quoted.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character in \(quoted)")
        // Half of the time is enough for what Foundation must read again.
        guard text.utf8.count.isMultiple(of: 2) else { return }
        let again = try? JSONDecoder().decode(JSONValue.self, from: Data(quoted.utf8))
        try promise(isSame(again?.string, text), "\(quoted) reads differently")
    }
}
