package import AgBase

/// What can stand in an SQL interpolation.
package protocol SQLBindable {
    var sqlValue: SQLValue { get }
    /// What values of this type are stored as.
    static var sqlShape: SQLShape { get }
}

extension SQLValue: SQLBindable {
    package static var sqlShape: SQLShape { .text }
    package var sqlValue: SQLValue { self }
}

extension Int: SQLBindable {
    package static var sqlShape: SQLShape { .integer }
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
    package static var sqlShape: SQLShape { .integer }
    package var sqlValue: SQLValue { .integer(self) }
}

extension Int32: SQLBindable {
    package static var sqlShape: SQLShape { .integer }
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

/// 0 or 1 in an integer column, on every database, so that one text of SQL serves all.
extension Bool: SQLBindable {
    package static var sqlShape: SQLShape { .integer }
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension Double: SQLBindable {
    package static var sqlShape: SQLShape { .real }
    package var sqlValue: SQLValue { .real(self) }
}

extension String: SQLBindable {
    package static var sqlShape: SQLShape { .text }
    package var sqlValue: SQLValue { .text(self) }
}

extension [UInt8]: SQLBindable {
    package static var sqlShape: SQLShape { .blob }
    package var sqlValue: SQLValue { .blob(self) }
}

/// Milliseconds since 1970.
extension Timestamp: SQLBindable {
    package static var sqlShape: SQLShape { .integer }
    package var sqlValue: SQLValue { .integer(milliseconds) }
}

extension Identifier: SQLBindable {
    package static var sqlShape: SQLShape { .text }
    package var sqlValue: SQLValue { .text(text) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    package static var sqlShape: SQLShape { Wrapped.sqlShape }
    package var sqlValue: SQLValue { map(\.sqlValue) ?? .null }
}

extension RawRepresentable where Self: SQLBindable, RawValue: SQLBindable {
    package static var sqlShape: SQLShape { RawValue.sqlShape }
    package var sqlValue: SQLValue { rawValue.sqlValue }
}
