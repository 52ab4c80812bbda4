/// A type of PostgreSQL by its fixed number, and its binary form.
/// Source: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat and the types' `…recv` functions.
struct PostgresType: RawRepresentable, Hashable {
    let rawValue: UInt32

    static let bool = PostgresType(rawValue: 16)
    static let bytea = PostgresType(rawValue: 17)
    static let name = PostgresType(rawValue: 19)
    static let int8 = PostgresType(rawValue: 20)
    static let int2 = PostgresType(rawValue: 21)
    static let int4 = PostgresType(rawValue: 23)
    static let text = PostgresType(rawValue: 25)
    static let oid = PostgresType(rawValue: 26)
    static let float4 = PostgresType(rawValue: 700)
    static let float8 = PostgresType(rawValue: 701)
    static let unknown = PostgresType(rawValue: 705)
    static let varchar = PostgresType(rawValue: 1043)
    static let numeric = PostgresType(rawValue: 1700)
    static let void = PostgresType(rawValue: 2278)

    func value(of bytes: UnsafeRawBufferPointer) throws -> SQLValue {
        switch self {
        case .int8, .int4, .int2: .integer(unsafe Self.integer(bytes))
        case .oid: .integer(unsafe Int64(UInt32(truncatingIfNeeded: Self.integer(bytes))))
        case .bool: .integer(unsafe bytes.first == 0 ? 0 : 1)
        case .float8: .real(unsafe Double(bitPattern: UInt64(bitPattern: Self.integer(bytes))))
        case .float4: .real(unsafe Double(Float(bitPattern: UInt32(truncatingIfNeeded: Self.integer(bytes)))))
        case .text, .varchar, .name, .unknown: .text(unsafe String(decoding: bytes, as: UTF8.self))
        case .bytea: .blob(unsafe Array(bytes))
        case .numeric: try unsafe PostgresNumeric.value(of: bytes)
        case .void: .null
        default:
            throw SQLError(.mismatch, "The answer has a column of PostgreSQL's type \(rawValue), which is not read.")
        }
    }

    /// Two, four or eight bytes in network order, with sign.
    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        guard let first = unsafe bytes.first else { return 0 }
        return unsafe bytes.dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
    }
}

/// The binary form of `numeric`, in which sums of integers are answered: groups of four decimal digits.
private enum PostgresNumeric {
    static func value(of bytes: UnsafeRawBufferPointer) throws -> SQLValue {
        guard bytes.count >= 8 else { throw SQLError(.mismatch, "A numeric value is cut short.") }
        let word = { (index: Int) in unsafe UInt16(bytes[index * 2]) << 8 | UInt16(bytes[index * 2 + 1]) }
        let count = min(Int(word(0)), bytes.count / 2 - 4)
        let weight = Int(Int16(bitPattern: word(1)))
        guard word(2) == 0 || word(2) == 0x4000 else {
            throw SQLError(.mismatch, "A numeric value is infinite or no number.")
        }
        let groups = (0..<count).map { Int64(word(4 + $0)) }
        return number(groups, weight: weight, isNegative: word(2) == 0x4000)
    }

    /// An integer where it is one and fits, else the nearest double.
    private static func number(_ groups: [Int64], weight: Int, isNegative: Bool) -> SQLValue {
        if groups.count <= weight + 1, let whole = integer(groups, weight: weight, isNegative: isNegative) {
            return .integer(whole)
        }
        var digits = isNegative ? "-0" : "0"
        for group in groups {
            let text = String(group)
            digits += String(repeating: "0", count: 4 - text.count) + text
        }
        return .real(Double("\(digits)e\((weight + 1 - groups.count) * 4)") ?? 0)
    }

    private static func integer(_ groups: [Int64], weight: Int, isNegative: Bool) -> Int64? {
        var sum: Int64 = 0
        for index in 0..<max(0, weight + 1) {
            let (shifted, tooLarge) = sum.multipliedReportingOverflow(by: 10_000)
            let group = index < groups.count ? groups[index] : 0
            let (next, overflows) = shifted.addingReportingOverflow(isNegative ? -group : group)
            if tooLarge || overflows { return nil }
            sum = next
        }
        return sum
    }
}
