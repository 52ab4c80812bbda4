import AgBase
import FoundationEssentials

/// JSON as requests bring it and as our own writer answers.
package enum JSONFuzz: FuzzTarget {
    package static let name = "json"

    package static func run(_ input: [UInt8]) throws {
        try checkText(String(decoding: input, as: UTF8.self))
        do {
            let value = try JSONValue(json: input)
            let again = try? JSONValue(json: value.text)
            try promise(
                again.map { isSameValue($0, value) } ?? false, "\(value.text) became \(again?.text ?? "nothing")")
            try checkNumbers(value)
        } catch let fault as JSONFault {
            try promise(0...input.count ~= fault.offset && fault.line > 0 && fault.column > 0, "\(fault) is nowhere")
        }
    }

    /// By bytes: texts that only look alike are not the same.
    private static func isSameValue(_ a: JSONValue, _ b: JSONValue) -> Bool {
        switch (a, b) {
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { isSameValue($0, $1) }
        case (.object(let a), .object(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0.isNamed($1.name) && isSameValue($0.value, $1.value) }
        case (.string(let a), .string(let b)): isSame(a, b)
        default: a == b
        }
    }

    /// A number that is whole is the same number as a floating-point one, as far as that is exact.
    private static func checkNumbers(_ value: JSONValue) throws {
        if let whole = value.int, let double = value.double {
            try promise(Double(whole) == double, "\(value.text) is \(whole) and \(double)")
        }
        for item in value.array ?? value.members?.map(\.value) ?? [] { try checkNumbers(item) }
    }

    /// Every text comes back as it was, from our reader and from another one; one with a NUL from no reader of ours.
    private static func checkText(_ text: String) throws {
        let quoted = JSONValue.string(text).text
        try promise(!quoted.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character in \(quoted)")
        let own = try? JSONValue(json: quoted)
        try promise(text.utf8.contains(0) ? own == nil : isSame(own?.string, text), "\(quoted) reads differently")
        // Half of the time is enough for what Foundation must read again.
        guard text.utf8.count.isMultiple(of: 2) else { return }
        let other = try? JSONDecoder().decode([String].self, from: Data("[\(quoted)]".utf8))
        try promise(isSame(other?.first, text), "\(quoted) reads differently elsewhere")
    }
}
