/// What a `Range` header asks for: RFC 9110, section 14.
enum ByteRange: Equatable {
    /// Everything: no range, one that cannot be read, or several, which cost more and which no client needs.
    case whole
    case part(Range<Int64>)
    case unsatisfiable

    /// Longer values are not worth reading: they ask for several ranges.
    private static let longest = 64

    init(_ values: [String], length: Int64) {
        self = .whole
        guard values.count == 1, values[0].utf8.count <= Self.longest else { return }
        let parts = values[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, ASCIICase.isEqual(HTTPToken.trimmed(parts[0]), "bytes"), !parts[1].contains(",") else {
            return
        }
        let ends = HTTPToken.trimmed(parts[1]).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, let range = Self.read(ends[0], ends[1], length) else { return }
        self = range
    }

    private static func read(_ first: Substring, _ last: Substring, _ length: Int64) -> ByteRange? {
        if first.isEmpty {
            guard let suffix = number(last) else { return nil }
            return suffix == 0 || length == 0 ? .unsatisfiable : .part(max(0, length - suffix)..<length)
        }
        guard let start = number(first), let end = last.isEmpty ? Int64.max : number(last), start <= end else {
            return nil
        }
        guard start < length else { return .unsatisfiable }
        return .part(start..<(end < length - 1 ? end + 1 : length))
    }

    /// A number too large for us is larger than any length.
    private static func number(_ digits: Substring) -> Int64? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
        return Int64(digits) ?? .max
    }
}
