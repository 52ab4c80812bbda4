/// A database's refusal. It carries the statement's text and never its values, so it may be logged.
package struct SQLError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        /// A row with this key exists.
        case unique
        case foreignKey
        /// Another constraint: NOT NULL, CHECK, a strict type.
        case constraint
        /// Another transaction decided first, or both would have waited for each other: running it again may work.
        case conflict
        /// Another transaction held a lock for longer than we wait, or the server has no room for more.
        case busy
        /// A read took longer than it may, or one statement of a write did, and was ended.
        case timedOut
        /// No room left on the disk.
        case full
        case io
        case corrupt
        /// A table or column is missing, or the schema is not the one this program knows.
        case schema
        /// A value that is not what the reader asked for.
        case mismatch
        /// The database has been closed.
        case closed
        /// A call that can never work, such as a write inside a write.
        case misuse
        case other
    }

    package let code: Code
    package let message: String
    /// The statement with placeholders, or empty.
    package let statement: String
    /// The driver's own number, 0 when the driver was not asked.
    package let extendedCode: Int32

    package init(_ code: Code, _ message: String, statement: String = "", extendedCode: Int32 = 0) {
        self.code = code
        self.message = message
        self.statement = statement
        self.extendedCode = extendedCode
    }

    static func mismatch(_ value: SQLValue, wanted: String) -> SQLError {
        SQLError(.mismatch, "The value is \(value.shape), not \(wanted).")
    }
}

extension SQLError: CustomStringConvertible {
    package var description: String {
        let number = extendedCode == 0 ? "" : " (\(extendedCode))"
        let text = statement.isEmpty ? "" : " in: \(statement)"
        return "\(code.rawValue)\(number): \(message)\(text)"
    }
}
