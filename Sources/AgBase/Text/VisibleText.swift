/// Text from outside, made safe to look at: characters that steer a terminal or reorder a line become `\u001b` and its like.
///
/// The same notation is valid inside JSON strings, so one function serves terminals, text logs and JSON.
package enum VisibleText {
    /// - Parameter keepsLines: whether line feeds and tabs stay: for text that is laid out already.
    package static func escaping(_ text: String, keepsLines: Bool = false) -> String {
        // Nearly all texts are printable ASCII, and are returned as they are.
        if text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return text }
        return text.unicodeScalars.reduce(into: "") { out, scalar in
            if isControl(scalar), !(keepsLines && (scalar == "\n" || scalar == "\t")) {
                out += escape(scalar)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
    }

    /// Whether some character of the text would be escaped.
    package static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: isControl)
    }

    /// C0, DEL, C1 (U+009B alone begins an escape sequence on some terminals), line and paragraph separators, and the
    /// marks, embeddings, overrides and isolates of the bidirectional algorithm (https://trojansource.codes).
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u" + Hex.encode([UInt8(scalar.value >> 8), UInt8(scalar.value & 0xFF)])
    }
}
