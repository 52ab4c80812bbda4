internal import CSQLite
internal import Glibc

extension SQLError {
    /// The error that the last call on `connection` left. Source of the codes: https://sqlite.org/rescode.html
    init(sqlite connection: OpaquePointer?, _ code: Int32, statement: String = "") {
        let extended = unsafe connection.map { unsafe sqlite3_extended_errcode($0) } ?? code
        let message = unsafe String(cString: connection.map { unsafe sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
        let system = unsafe connection.map { unsafe sqlite3_system_errno($0) } ?? 0
        self.init(
            SQLError.code(extended, message, system), message, statement: statement, extendedCode: extended)
    }

    private static func code(_ extended: Int32, _ message: String, _ system: Int32) -> Code {
        switch extended & 0xFF {
        case SQLITE_CONSTRAINT: constraint(extended)
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_IOERR, SQLITE_CANTOPEN: system == ENOSPC || system == EDQUOT ? .full : .io
        // What a file system answers that went read-only after an error of its disk.
        case SQLITE_READONLY: .io
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_SCHEMA: .schema
        case SQLITE_MISMATCH: .constraint
        case SQLITE_MISUSE, SQLITE_RANGE: .misuse
        case SQLITE_ERROR where message.hasPrefix("no such table") || message.hasPrefix("no such column"): .schema
        default: .other
        }
    }

    private static func constraint(_ extended: Int32) -> Code {
        switch extended >> 8 {
        case 8, 6, 10: .unique  // UNIQUE, PRIMARYKEY, ROWID
        case 3: .foreignKey
        default: .constraint
        }
    }

    /// `sqlite3_interrupt` ended the statement.
    var isInterruption: Bool { extendedCode & 0xFF == SQLITE_INTERRUPT }
}
