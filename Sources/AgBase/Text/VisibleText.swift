/// Text from outside, made safe to look at: characters that steer a terminal or reorder a line become `\u001b` and its like.
///
/// The same notation is valid inside JSON strings, so one function serves terminals, text logs and JSON.
package enum VisibleText {
    /// - Parameter keepsLines: whether line feeds and tabs stay: for text that is laid out already.
    package static func escaping(_ text: String, keepsLines: Bool = false) -> String {
        // Nearly all texts are printable ASCII, and are returned as they are.
        if text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return text }
        return text.unicodeScalars.reduce(into: "") { out, scalar in
            if scalar.steersText, !(keepsLines && (scalar == "\n" || scalar == "\t")) {
                out += escape(scalar)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
    }

    /// Whether some character of the text would be escaped.
    package static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: \.steersText)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u" + Hex.encode([UInt8(scalar.value >> 8), UInt8(scalar.value & 0xFF)])
    }
}

extension Unicode.Scalar {
    /// Whether it steers a terminal or the order of a line instead of showing something: C0, DEL, C1 (U+009B alone begins an
    /// escape sequence on some terminals), line and paragraph separators, and the marks, embeddings, overrides and isolates of
    /// the bidirectional algorithm, which make `gpj.exe` look like `exe.jpg` (https://trojansource.codes).
    package var steersText: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension StringProtocol {
    /// The beginning of a text for showing it in a sentence: at most so many bytes of UTF-8, cut between two scalars,
    /// with `…` behind what was cut.
    ///
    /// By bytes and not by characters: a megabyte of accents on one letter is one character.
    package func excerpt(_ limit: Int = 80) -> String {
        let bytes = Substring(self).utf8
        guard let cut = bytes.index(bytes.startIndex, offsetBy: limit, limitedBy: bytes.endIndex), cut < bytes.endIndex
        else { return String(self) }
        var end = cut
        while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { bytes.formIndex(before: &end) }
        return String(Substring(bytes[..<end])) + "…"
    }
}
