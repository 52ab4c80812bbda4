/// The `; name=value` pairs behind a header's value; names in lower case, values a token or a quoted string.
package struct HeaderParameters: Sendable, Equatable {
    private let pairs: [Pair]

    private struct Pair: Sendable, Equatable {
        let name: String
        let value: [UInt8]
    }

    /// `nil` when the text is anything else; empty pieces are passed over.
    package init?(_ text: some StringProtocol) {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        var pairs: [Pair] = []
        while true {
            while scanner.skipSpaces(), scanner.skip(0x3B) {}
            if scanner.rest.isEmpty { break }
            guard let name = scanner.token(), scanner.skip(0x3D), let value = scanner.value() else { return nil }
            pairs.append(Pair(name: ASCIICase.lowered(String(decoding: name, as: UTF8.self)), value: value))
            _ = scanner.skipSpaces()
            guard scanner.rest.isEmpty || scanner.rest.first == 0x3B else { return nil }
        }
        self.pairs = pairs
    }

    /// Every value of that name, as bytes: nobody has said yet that they are text.
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
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
        return true
    }

    mutating func token() -> ArraySlice<UInt8>? {
        let token = rest.prefix(while: HTTPToken.isTokenByte)
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : token
    }

    mutating func value() -> [UInt8]? {
        rest.first == 0x22 ? quoted() : token().map { [UInt8]($0) }
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
