/// A number of JSON as it was written, so that nothing of it is lost on the way: `0.1`, `1e400`, a hundred digits.
package struct JSONNumber: Sendable, Hashable {
    package let text: String

    /// Trusts the reader to have checked the grammar of RFC 8259, section 6.
    init(checked text: String) {
        self.text = text
    }

    init(finite number: Double) {
        text = "\(number)"
    }

    /// `nil` beyond the range of a `Double`; otherwise the nearest one.
    package var double: Double? {
        Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The whole number that this is exactly; `nil` when it has a fraction or does not fit. Never builds the digits that
    /// an exponent stands for, of which `1e999999999` has a billion.
    package var int64: Int64? {
        var digits = Digits(text)
        guard let zeros = digits.trim() else { return 0 }
        guard 0...18 ~= zeros, digits.significant.count + zeros <= 19 else { return nil }
        let sign = text.utf8.first == UInt8(ascii: "-") ? "-" : ""
        let written = String(decoding: digits.significant, as: UTF8.self)
        return Int64(sign + written + String(repeating: "0", count: zeros))
    }

    /// The number as digits and a power of ten.
    private struct Digits {
        private(set) var significant: ArraySlice<UInt8> = []
        private var exponent = 0

        init(_ text: String) {
            var all: [UInt8] = []
            var rest = Substring(text).utf8
            var fraction = 0
            var isFraction = false
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    all.append(byte)
                    if isFraction { fraction += 1 }
                case UInt8(ascii: "."): isFraction = true
                case UInt8(ascii: "e"), UInt8(ascii: "E"):
                    exponent = Self.saturated(rest)
                    rest = rest[rest.endIndex...]
                default: break
                }
            }
            exponent -= fraction
            significant = all[...]
        }

        /// Takes the zeros off both ends. The power of ten that is left, or `nil` for zero itself.
        mutating func trim() -> Int? {
            significant = significant.drop { $0 == UInt8(ascii: "0") }
            while significant.last == UInt8(ascii: "0") {
                significant.removeLast()
                exponent += 1
            }
            return significant.isEmpty ? nil : exponent
        }

        /// Beyond any length that a text can have, one exponent is as good as another.
        private static func saturated(_ text: Substring.UTF8View) -> Int {
            var value = 0
            for byte in text where 48...57 ~= byte { value = min(value * 10 + Int(byte - 48), 1 << 40) }
            return text.first == UInt8(ascii: "-") ? -value : value
        }
    }
}
