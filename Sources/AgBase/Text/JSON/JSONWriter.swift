/// The one writer of JSON. What it writes, `JSONValue(json:)` reads as the same value.
extension JSONValue {
    /// The JSON text, without blanks.
    package var text: String {
        var out = ""
        write(to: &out)
        return out
    }

    /// `text` as UTF-8.
    package var bytes: [UInt8] { Array(text.utf8) }

    private func write(to out: inout String) {
        switch self {
        case .null: out += "null"
        case .bool(let flag): out += flag ? "true" : "false"
        case .int(let number): out += String(number)
        case .number(let number): out += number.text
        case .string(let text): JSONText.append(text, to: &out)
        case .array(let items): Self.write(items, "[", "]", to: &out) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members, "{", "}", to: &out) { member, out in
                JSONText.append(member.name, to: &out)
                out += ":"
                member.value.write(to: &out)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], _ open: String, _ close: String, to out: inout String, _ write: (Item, inout String) -> Void
    ) {
        out += open
        for (index, item) in items.enumerated() {
            if index > 0 { out += "," }
            write(item, &out)
        }
        out += close
    }
}
