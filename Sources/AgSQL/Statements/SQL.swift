/// A statement and the values bound to it: `"SELECT name FROM items WHERE id = \(id)"`.
///
/// An interpolated value never becomes part of the text, so nothing can be injected.
/// `\(raw:)` inserts trusted text, `\(list:)` a list for `IN`, another `SQL` is spliced in, `+` joins.
package struct SQL: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case text(String)
        case value(SQLValue)
        /// A list for `IN` without members.
        case nothing(SQLShape)
    }

    private(set) var pieces: [Piece] = []

    /// Trusted text without values, such as a migration's statement.
    package init(raw text: String) {
        append(text: text)
    }

    fileprivate init() {}

    package static func + (a: SQL, b: SQL) -> SQL {
        var sum = a
        sum.append(b)
        return sum
    }

    package static func += (a: inout SQL, b: SQL) {
        a.append(b)
    }

    /// The values in the order of their placeholders.
    package var values: [SQLValue] {
        pieces.compactMap { if case .value(let value) = $0 { value } else { nil } }
    }

    /// The text with the dialect's placeholders in place of the values.
    package func text(for dialect: SQLDialect) -> String {
        var text = ""
        var count = 0
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .value:
                count += 1
                text += dialect.placeholder(count)
            case .nothing(let shape): text += dialect.emptyList(of: shape)
            }
        }
        return text
    }

    fileprivate mutating func append(text: String) {
        guard !text.isEmpty else { return }
        pieces.append(.text(text))
    }

    fileprivate mutating func append(_ value: SQLValue) {
        pieces.append(.value(value))
    }

    fileprivate mutating func appendNothing(_ shape: SQLShape) {
        pieces.append(.nothing(shape))
    }

    fileprivate mutating func append(_ other: SQL) {
        pieces += other.pieces
    }
}

extension SQL: ExpressibleByStringInterpolation {
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL()

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            sql.append(text: literal)
        }

        package mutating func appendInterpolation(_ value: some SQLBindable) {
            sql.append(value.sqlValue)
        }

        /// `nil` binds NULL.
        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            sql.append(value.sqlValue)
        }

        package mutating func appendInterpolation(_ other: SQL) {
            sql.append(other)
        }

        /// Text that our own code wrote; never anything from outside.
        package mutating func appendInterpolation(raw text: String) {
            sql.append(text: text)
        }

        /// `(?,?,?)` for `IN`. An empty list becomes a subquery without rows: nothing is in it, everything is not in it.
        package mutating func appendInterpolation<Value: SQLBindable>(list values: some Sequence<Value>) {
            var separator = "("
            for value in values {
                sql.append(text: separator)
                sql.append(value.sqlValue)
                separator = ","
            }
            if separator == "(" { sql.appendNothing(Value.sqlShape) } else { sql.append(text: ")") }
        }
    }

    package init(stringLiteral text: String) {
        self.init(raw: text)
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }
}
