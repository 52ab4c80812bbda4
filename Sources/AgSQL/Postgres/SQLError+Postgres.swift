internal import CPostgres

extension SQLError {
    /// The error that a result carries. Source of the codes:
    /// https://www.postgresql.org/docs/current/errcodes-appendix.html
    init(postgres result: borrowing PostgresResult, statement: String) {
        let state = result.state
        self.init(
            SQLError.code(state), result.message, statement: statement, extendedCode: SQLError.number(state))
    }

    /// A connection that broke or never came about.
    static func lost(_ message: String) -> SQLError {
        SQLError(.io, message)
    }

    /// A server that accepted what was sent and answered nothing.
    static let silent = lost("The database server did not answer in time.")

    /// A write in a transaction that may only read.
    static let readOnlyState = "25006"

    private static func code(_ state: String) -> Code {
        switch state {
        case "23505": .unique
        case "23503": .foreignKey
        case "40001", "40P01": .conflict
        case "55P03": .busy
        case "57014": .timedOut
        case "53100": .full
        case "42P01", "42703", "3F000", "42P07", "42501": .schema
        // A write inside a read, a statement after a failed one, several statements at once.
        case readOnlyState, "25P02", "42601": .misuse
        default: byClass(state.prefix(2))
        }
    }

    private static func byClass(_ family: Substring) -> Code {
        switch family {
        case "22", "23": .constraint
        case "40": .conflict
        // Too many connections, out of memory; the operator intervened; the connection itself; the server's disk.
        case "53": .busy
        case "57", "08", "58": .io
        case "XX": .corrupt
        // No state at all: libpq speaks of the connection.
        case "": .io
        default: .other
        }
    }

    /// The five letters and digits of a state as one number in base 36, so that a log line can name it.
    private static func number(_ state: String) -> Int32 {
        Int32(clamping: Int(state, radix: 36) ?? 0)
    }
}
