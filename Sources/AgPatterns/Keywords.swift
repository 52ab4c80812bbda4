internal import AgBase

/// Words of which a name must contain one: separated by commas or semicolons, matched anywhere, without regard to case.
package enum Keywords {
    /// The words of a text, as StakTrakr splits it.
    package static func split(_ text: String) -> [String] {
        text.unicodeScalars.split { $0 == "," || $0 == ";" }.map { trimmed($0) }.filter { !$0.isEmpty }
    }

    /// The pattern that they stand for; `nil` without any word.
    package static func pattern(_ text: String) -> String? {
        let words = split(text)
        return words.isEmpty ? nil : words.map { escaped($0) }.joined(separator: "|")
    }

    /// The text that a pattern was made of, where it is nothing but words; `nil` for any other pattern.
    package static func words(of pattern: String) -> String? {
        var words = [""]
        var rest = pattern.unicodeScalars.makeIterator()
        while let scalar = rest.next() {
            switch scalar {
            case "|": words.append("")
            case "\\":
                guard let next = rest.next(), special.contains(next) else { return nil }
                words[words.count - 1].unicodeScalars.append(next)
            case _ where special.contains(scalar) || scalar == "," || scalar == ";": return nil
            default: words[words.count - 1].unicodeScalars.append(scalar)
            }
        }
        let isPlain = words.allSatisfy { !$0.isEmpty && trimmed($0.unicodeScalars[...]) == $0 }
        return isPlain ? words.joined(separator: ", ") : nil
    }

    private static let special = Set(".*+?^${}()|[]\\".unicodeScalars)

    private static func escaped(_ word: String) -> String {
        word.unicodeScalars.reduce(into: "") { out, scalar in
            if special.contains(scalar) { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
    }

    private static func trimmed(_ text: Substring.UnicodeScalarView) -> String {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value <= 0xFFFF && CodeUnitSet.blanks.contains(UInt16(scalar.value))
        }
        let start = text.drop { isBlank($0) }
        let end = start.lastIndex { !isBlank($0) }.map { start.index(after: $0) } ?? start.startIndex
        return String(String.UnicodeScalarView(start[..<end]))
    }
}
