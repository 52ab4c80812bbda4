/// The text of a settings file, `key = value` per line. docs/formats/settings.md has the grammar.
package struct SettingsFile: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package let key: String
        package let value: String
        /// Counted from 1.
        package let line: Int
    }

    package let entries: [Entry]

    /// Reads a file. Throws `SettingsProblem` with a sentence per faulty line; never traps, whatever the bytes.
    package init(_ text: String) throws(SettingsProblem) {
        var entries: [Entry] = []
        var faults: [String] = []
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            do throws(SettingComplaint) {
                guard let entry = try Self.entry(String(decoding: line, as: UTF8.self), line: index + 1) else {
                    continue
                }
                entries.append(try Self.unused(entry, among: entries))
            } catch {
                faults.append("Line \(index + 1) \(error.text).")
            }
        }
        guard faults.isEmpty else { throw SettingsProblem(faults) }
        self.entries = entries
    }

    private static func entry(_ line: String, line number: Int) throws(SettingComplaint) -> Entry? {
        let text = line.trimmingBlanks()
        guard !text.isEmpty, text.utf8.first != hashSign else { return nil }
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw SettingComplaint("has no '=': a line is 'key = value', a comment that begins with #, or blank")
        }
        let key = String(text[..<equals]).trimmingBlanks()
        guard !key.isEmpty, key.utf8.allSatisfy({ 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 }) else {
            throw SettingComplaint("has the key '\(key)': keys are lower-case letters, digits and dashes")
        }
        let value = String(text[text.utf8.index(after: equals)...]).trimmingBlanks()
        return Entry(key: key, value: try plain(value), line: number)
    }

    private static func unused(_ entry: Entry, among entries: [Entry]) throws(SettingComplaint) -> Entry {
        guard let first = entries.first(where: { $0.key == entry.key }) else { return entry }
        throw SettingComplaint("sets '\(entry.key)' again: it stands already in line \(first.line)")
    }

    /// The value without its quotes, or without a comment behind it.
    private static func plain(_ value: String) throws(SettingComplaint) -> String {
        guard value.utf8.first == quote else { return withoutComment(value) }
        return try unquoted(value)
    }

    /// A `#` begins a comment at the start of a value or behind a blank: `a#b` is a value.
    private static func withoutComment(_ value: String) -> String {
        let bytes = Array(value.utf8)
        for (index, byte) in bytes.enumerated() where byte == hashSign {
            guard index == 0 || bytes[index - 1] == 0x20 || bytes[index - 1] == 0x09 else { continue }
            return String(decoding: bytes[..<index], as: UTF8.self).trimmingBlanks()
        }
        return value
    }

    private static func unquoted(_ value: String) throws(SettingComplaint) -> String {
        var text: [UInt8] = []
        var rest = value.utf8.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case quote:
                let behind = String(decoding: rest, as: UTF8.self).trimmingBlanks()
                guard behind.isEmpty || behind.utf8.first == hashSign else {
                    throw SettingComplaint("has text behind the closing quote")
                }
                return String(decoding: text, as: UTF8.self)
            case backslash:
                guard let escaped = rest.popFirst(), escaped == quote || escaped == backslash else {
                    throw SettingComplaint("has a backslash that escapes neither a quote nor a backslash")
                }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        throw SettingComplaint("has a quote that is never closed")
    }
}

private let quote = UInt8(ascii: "\"")
private let hashSign = UInt8(ascii: "#")
private let backslash = UInt8(ascii: "\\")
