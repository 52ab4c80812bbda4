/// One value on its way into or out of a database, in the five shapes that every driver knows.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// What a value is stored as, where there is no value to ask.
package enum SQLShape: Sendable, Hashable {
    case integer
    case real
    case text
    case blob
}

extension SQLValue {
    /// The shape's name, for sentences about values that do not fit.
    var shape: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .real: "a real number"
        case .text: "text"
        case .blob: "bytes"
        }
    }
}

extension SQLValue {
    /// PostgreSQL cannot store NUL in text, so no database of ours takes it.
    static func refuseNUL(in text: String) throws {
        if text.utf8.contains(0) { throw SQLError(.constraint, "A text holds the character NUL.") }
    }
}
