/// A piece of JSON as a value. Objects keep the order they were written in; answers are read by people too.
///
/// `init(json:)` reads one, `text` writes it, `decode` turns it into a type.
package enum JSONValue: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package let name: String
        package let value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Compared by bytes: names that only look alike are two names, and comparing never costs more than a pass.
        package func isNamed(_ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }
    }

    case null
    case bool(Bool)
    /// A whole number that was written as its digits.
    case int(Int64)
    /// Any other number, as it was written.
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A text, or null.
    package static func optional(_ text: String?) -> JSONValue {
        text.map(JSONValue.string) ?? .null
    }

    /// A moment as RFC 3339, or null.
    package static func time(_ moment: Timestamp?) -> JSONValue {
        optional(moment?.rfc3339)
    }

    /// JSON has no way to write infinity or NaN: they become null.
    package static func double(_ number: Double) -> JSONValue {
        number.isFinite ? .number(JSONNumber(finite: number)) : .null
    }

    package static func int(_ number: Int) -> JSONValue { .int(Int64(number)) }

    /// The member of an object; `nil` for anything else and when there is none.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.isNamed(name) }?.value
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A whole number, however it was written: `100`, `1e2` and `100.0` are the same one. `nil` when it does not fit.
    package var int: Int64? {
        switch self {
        case .int(let number): number
        case .number(let number): number.int64
        default: nil
        }
    }

    /// `nil` for what is no number, or too large for a `Double`.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .number(let number): number.double
        default: nil
        }
    }

    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral text: String) { self = .string(text) }
    package init(integerLiteral number: Int64) { self = .int(number) }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(arrayLiteral items: JSONValue...) { self = .array(items) }
    package init(nilLiteral: ()) { self = .null }

    package init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(members.map { Member(name: $0.0, value: $0.1) })
    }
}
