import AgBase

/// A file's name as a stranger gave it, fit to be shown.
package enum FileName {
    private static let longest = 255
    /// What is longer behind the last dot is no extension but a sentence with a dot in it.
    private static let longestExtension = 16

    /// The last piece of a path of either system, without control characters, at most 255 bytes of UTF-8; empty when
    /// nothing but dots is left. A name that is too long loses the end of its stem and keeps its extension.
    package static func forDisplay(_ text: String) -> String {
        if isHarmless(text) { return text }
        let last = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last ?? []
        var name = ""
        name.unicodeScalars.append(contentsOf: last.lazy.filter { !$0.steersText })
        if name.unicodeScalars.allSatisfy({ $0 == "." }) { return "" }
        guard name.utf8.count > longest else { return name }
        let end = ending(of: name)
        return start(of: name, bytes: longest - end.utf8.count) + end
    }

    /// A form's `filename` as its client meant it: encoded words decoded (.NET, mail clients), or else the three escapes
    /// that browsers write (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data).
    static func decoded(_ text: String) -> String {
        let words = EncodedWords.decode(text)
        guard words == text, text.utf8.contains(UInt8(ascii: "%")) else { return words }
        return ["%22": "\"", "%0D": "\r", "%0A": "\n", "%0d": "\r", "%0a": "\n"].reduce(text) {
            $0.replacing($1.key, with: $1.value)
        }
    }

    /// Most names are letters, digits and little else, and need no look at their characters.
    static func isHarmless(_ text: String) -> Bool {
        guard 1...longest ~= text.utf8.count, text.utf8.first != UInt8(ascii: ".") else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 0x20, 0x28, 0x29, 0x2B...0x2E, 0x5F: true
            default: false
            }
        }
    }

    /// The last dot and what follows it, when that is an extension.
    private static func ending(of name: String) -> String {
        guard let dot = name.unicodeScalars.lastIndex(of: ".") else { return "" }
        let ending = name[dot...]
        return ending.utf8.count <= longestExtension + 1 ? String(ending) : ""
    }

    /// As many characters as fit, each of them whole.
    private static func start(of name: String, bytes: Int) -> String {
        var start = ""
        for scalar in name.unicodeScalars {
            guard start.utf8.count + String(scalar).utf8.count <= bytes else { break }
            start.unicodeScalars.append(scalar)
        }
        return start
    }
}
