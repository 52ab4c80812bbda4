extension SettingKind {
    /// Reads one value. Throws the second half of a sentence, such as `must be a whole number, not 'eighty'`.
    package func read(_ text: String) throws(SettingComplaint) -> SettingValue {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw SettingComplaint("must not hold control characters")
        }
        switch self {
        case .text: return .text(try notEmpty(text))
        case .int(let range): return .int(try readInt(text, range))
        case .bytes(let range): return .bytes(try readBytes(text, range))
        case .duration(let range): return .duration(try readDuration(text, range))
        case .bool: return .bool(try readBool(text))
        case .choice(let words): return .text(try readChoice(text, words))
        case .list: return .list(readList(text))
        case .url: return .text(try readURL(text))
        }
    }
}

private func notEmpty(_ text: String) throws(SettingComplaint) -> String {
    guard !text.isEmpty else { throw SettingComplaint("must not be empty") }
    return text
}

private func readInt(_ text: String, _ range: ClosedRange<Int>) throws(SettingComplaint) -> Int {
    guard let number = Int(text) else { throw SettingComplaint("must be a whole number, not '\(text)'") }
    guard range.contains(number) else {
        throw SettingComplaint("must be between \(range.lowerBound) and \(range.upperBound), not \(number)")
    }
    return number
}

private func readBool(_ text: String) throws(SettingComplaint) -> Bool {
    switch text.lowercased() {
    case "true", "yes", "on", "1": return true
    case "false", "no", "off", "0": return false
    default: throw SettingComplaint("must be true or false, not '\(text)'")
    }
}

private func readChoice(_ text: String, _ words: [String]) throws(SettingComplaint) -> String {
    guard !words.contains(text) else { return text }
    let hint = Suggestion.closest(to: text, in: words).map { "; did you mean '\($0)'?" } ?? ""
    throw SettingComplaint("must be one of \(words.joined(separator: ", ")), not '\(text)'\(hint)")
}

private func readList(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0).trimmingBlanks() }.filter { !$0.isEmpty }
}

/// Keeps the address without a slash at its end, so that a path can be put behind it.
private func readURL(_ text: String) throws(SettingComplaint) -> String {
    let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
    guard let scheme, text.utf8.count > scheme.utf8.count, !text.hasPrefix("\(scheme)/") else {
        throw SettingComplaint("must begin with http:// or https:// and a host, not '\(text)'")
    }
    guard !text.utf8.contains(where: { "?# \"<>\\".utf8.contains($0) }) else {
        throw SettingComplaint("must have no query, fragment or blanks, not '\(text)'")
    }
    var address = Substring(text)
    while address.hasSuffix("/") { address = address.dropLast() }
    return String(address)
}

extension String {
    /// The text without spaces, tabs and carriage returns at its ends.
    func trimmingBlanks() -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        let bytes = utf8.drop(while: isBlank)
        let end = bytes.lastIndex { !isBlank($0) }.map { bytes.index(after: $0) } ?? bytes.startIndex
        return String(bytes[bytes.startIndex..<end]) ?? self
    }
}
