/// One row of an answer: a copy, so it may outlive its statement.
package struct Row: Sendable {
    private let columns: Columns
    private let values: [SQLValue]

    init(_ columns: Columns, _ values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// Throws `SQLError.mismatch` when there is no such column or its value has another shape.
    package subscript<Value: SQLReadable>(_ column: String) -> Value {
        get throws {
            guard let index = columns.index(of: column) else {
                throw SQLError(.mismatch, "The answer has no column '\(column)'; it has \(columns.names).")
            }
            return try self[index]
        }
    }

    /// By position, from 0.
    package subscript<Value: SQLReadable>(_ index: Int) -> Value {
        get throws {
            guard values.indices.contains(index) else {
                throw SQLError(.mismatch, "The answer has no column \(index); it has \(values.count).")
            }
            do {
                return try Value(sqlValue: values[index])
            } catch let error as SQLError {
                throw SQLError(error.code, "Column '\(columns.names[index])': \(error.message)")
            }
        }
    }
}

/// The names of an answer's columns, shared by all its rows.
final class Columns: Sendable {
    let names: [String]

    init(_ names: [String]) {
        self.names = names
    }

    /// A scan: answers are narrow, and comparing a few short names beats hashing one.
    func index(of name: String) -> Int? {
        names.firstIndex(of: name)
    }
}
