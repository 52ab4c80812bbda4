import AgBase
import FoundationEssentials

/// Reads JSON that a decoder has found sound, and keeps the members of objects as they were written: the decoder itself
/// sorts them, and the server's order is made for people.
struct OrderedJSON {
    private let whole: [UInt8]
    private var rest: ArraySlice<UInt8>

    private init(_ bytes: [UInt8]) {
        whole = bytes
        rest = bytes[...]
    }

    static func read(_ bytes: [UInt8]) -> JSONValue {
        var reader = OrderedJSON(bytes)
        return reader.value()
    }

    private mutating func value() -> JSONValue {
        switch next() {
        case UInt8(ascii: "{"): .object(members())
        case UInt8(ascii: "["): .array(items())
        case UInt8(ascii: "\""): .string(text())
        default: scalar()
        }
    }

    private mutating func members() -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        rest.removeFirst()
        while let byte = next(), byte != UInt8(ascii: "}") {
            let name = text()
            // The colon.
            _ = next()
            rest = rest.dropFirst()
            members.append(.init(name: name, value: value()))
            skipComma()
        }
        rest = rest.dropFirst()
        return members
    }

    private mutating func items() -> [JSONValue] {
        var items: [JSONValue] = []
        rest.removeFirst()
        while let byte = next(), byte != UInt8(ascii: "]") {
            items.append(value())
            skipComma()
        }
        rest = rest.dropFirst()
        return items
    }

    private mutating func text() -> String {
        let start = rest.startIndex
        var isPlain = true
        rest = rest.dropFirst()
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            guard byte == UInt8(ascii: "\\") else { continue }
            isPlain = false
            rest = rest.dropFirst()
        }
        let literal = whole[start..<rest.startIndex]
        if isPlain { return String(decoding: literal.dropFirst().dropLast(), as: UTF8.self) }
        return (try? JSONDecoder().decode(String.self, from: Data(literal))) ?? ""
    }

    /// A number, true, false or null.
    private mutating func scalar() -> JSONValue {
        let literal = rest.prefix { !",]} \n\r\t".utf8.contains($0) }
        // At least one byte, so that every loop above comes to its end.
        rest = rest.dropFirst(max(1, literal.count))
        return (try? JSONDecoder().decode(JSONValue.self, from: Data(literal))) ?? .null
    }

    private mutating func next() -> UInt8? {
        rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        return rest.first
    }

    private mutating func skipComma() {
        if next() == UInt8(ascii: ",") { rest = rest.dropFirst() }
    }
}
