/// The `; name=value` pairs behind a header's value; names in lower case, values quoted or not.
///
/// Read as widely as real clients write: a value without quotes ends at the next semicolon, whatever it holds (Android's
/// `boundary=*****`, Java's `boundary=----=_Part_1_2.3`), and a piece without `=` is skipped.
package struct HeaderParameters: Sendable, Equatable {
    private let pairs: [Pair]

    private struct Pair: Sendable, Equatable {
        let name: String
        let value: [UInt8]
    }

    /// `nil` when a name is no token, a quote is never closed, or something stands behind a closed one.
    package init?(_ text: some StringProtocol) {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        var pairs: [Pair] = []
        while true {
            while scanner.skipSpaces(), scanner.skip(0x3B) {}
            if scanner.rest.isEmpty { break }
            guard let name = scanner.token(), scanner.skipSpaces() else { return nil }
            if scanner.skip(0x3D) {
                guard scanner.skipSpaces(), let value = scanner.value() else { return nil }
                pairs.append(Pair(name: ASCIICase.lowered(String(decoding: name, as: UTF8.self)), value: value))
            }
            _ = scanner.skipSpaces()
            guard scanner.rest.isEmpty || scanner.rest.first == 0x3B else { return nil }
        }
        self.pairs = pairs
    }

    /// Every value of that name, as bytes: nothing says yet that they are text.
    package func all(_ name: String) -> [[UInt8]] {
        pairs.filter { $0.name == name }.map(\.value)
    }
}

private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Always true, so that it can stand in a condition.
    mutating func skipSpaces() -> Bool {
        rest = rest.drop(while: HTTPToken.isBlank)
        return true
    }

    mutating func token() -> ArraySlice<UInt8>? {
        let token = rest.prefix(while: HTTPToken.isTokenByte)
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : token
    }

    mutating func value() -> [UInt8]? {
        rest.first == 0x22 ? quoted() : bare()
    }

    /// Up to the next semicolon, without the blanks in front of it.
    private mutating func bare() -> [UInt8] {
        var value = rest.prefix { $0 != 0x3B }
        rest = rest[value.endIndex...]
        while let last = value.last, HTTPToken.isBlank(last) { value.removeLast() }
        return [UInt8](value)
    }

    /// A backslash escapes a quote or a backslash. Before anything else it stands for itself: old browsers send whole
    /// Windows paths without escaping.
    private mutating func quoted() -> [UInt8]? {
        rest.removeFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == 0x22 { return value }
            if byte == 0x5C, let next = rest.first, next == 0x22 || next == 0x5C {
                value.append(next)
                rest.removeFirst()
            } else {
                value.append(byte)
            }
        }
        return nil
    }
}
