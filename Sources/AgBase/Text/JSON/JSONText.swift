/// How texts stand in JSON, for `JSONValue` and for what is written without a tree.
package enum JSONText {
    /// Puts a string literal, quotes included, at the end of `out`. Control characters are escaped as RFC 8259 asks.
    static func append(_ text: String, to out: inout String) {
        out += "\""
        // Nearly all texts are as they should be, and are copied whole.
        if text.utf8.contains(where: { needsEscape($0) }) { escape(text, to: &out) } else { out += text }
        out += "\""
    }

    /// The same at the end of bytes. Answers have thousands of texts, which are looked through and copied in one go each.
    static func append(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        let isCopied: Bool? = text.utf8.withContiguousStorageIfAvailable { bytes in
            for byte in bytes where needsEscape(byte) { return false }
            out.append(contentsOf: bytes)
            return true
        }
        if isCopied != true {
            var escaped = ""
            escape(text, to: &escaped)
            out.append(contentsOf: escaped.utf8)
        }
        out.append(UInt8(ascii: "\""))
    }

    /// DEL needs none by RFC 8259; with one, no text can steer a terminal by ASCII.
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escape(_ text: String, to out: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                out += "\\u00" + Hex.encode([UInt8(scalar.value)])
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}
