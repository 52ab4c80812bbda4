internal import CSQLite

/// A prepared statement with one owner; finalised when the last reference goes.
///
/// Lives on the thread of its connection and is never shared.
@safe
final class SQLiteStatement {
    let text: String
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private var known: Columns?

    /// Prepares exactly one statement. `connection` must outlive it.
    init(_ text: String, on connection: OpaquePointer) throws {
        var text = text
        var prepared: OpaquePointer?
        let (code, rest) = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                var tail: UnsafePointer<CChar>?
                let code = unsafe sqlite3_prepare_v3(
                    connection, characters.baseAddress, Int32(characters.count),
                    UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, &tail)
                let used = unsafe tail.map { unsafe $0 - characters.baseAddress! } ?? characters.count
                return (
                    code,
                    unsafe characters.dropFirst(used).contains { !" \n\t\r;".utf8.contains(UInt8(bitPattern: $0)) }
                )
            }
        }
        guard code == SQLITE_OK else { throw unsafe SQLError(sqlite: connection, code, statement: text) }
        guard let handle = unsafe prepared, !rest else {
            unsafe sqlite3_finalize(prepared)
            throw SQLError(.misuse, "Exactly one statement can be run at a time.", statement: text)
        }
        self.text = text
        unsafe self.handle = unsafe handle
        unsafe self.connection = unsafe connection
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(handle) != 0 }

    func bind(_ values: [SQLValue]) throws {
        let wanted = unsafe Int(sqlite3_bind_parameter_count(handle))
        guard wanted == values.count else {
            throw SQLError(.misuse, "The statement takes \(wanted) values, not \(values.count).", statement: text)
        }
        for (index, value) in values.enumerated() {
            if case .text(let text) = value { try SQLValue.refuseNUL(in: text) }
            let code = bind(value, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw unsafe SQLError(sqlite: connection, code, statement: text) }
        }
    }

    /// Whether there is another row.
    func step() throws -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw unsafe SQLError(sqlite: connection, code, statement: text)
        }
    }

    /// Ready for the next run; drops the values, which may be large.
    func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }

    /// The row that the last step stopped at.
    func row() -> Row {
        let columns = columns()
        return Row(columns, columns.names.indices.map { value(at: Int32($0)) })
    }

    /// SQLite prepares a statement again by itself when the schema changed, and `SELECT *` may then have other columns.
    private func columns() -> Columns {
        let again = unsafe sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 1) != 0
        if let known, !again { return known }
        let count = unsafe sqlite3_column_count(handle)
        let fresh = Columns((0..<count).map { unsafe String(cString: sqlite3_column_name(handle, $0)) })
        known = fresh
        return fresh
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, number)
        case .real(let number): return unsafe sqlite3_bind_double(handle, index, number)
        case .text(let text): return bind(text, at: index)
        case .blob(let bytes): return bind(bytes, at: index)
        }
    }

    private func bind(_ text: String, at index: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe sqlite3_bind_text64(
                    handle, index, characters.baseAddress, UInt64(characters.count), csqlite_transient(),
                    UInt8(SQLITE_UTF8))
            }
        }
    }

    /// A null pointer would bind NULL, so no bytes are bound as a zero-length blob.
    private func bind(_ bytes: [UInt8], at index: Int32) -> Int32 {
        guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
        return unsafe bytes.withUnsafeBytes { buffer in
            unsafe sqlite3_bind_blob64(handle, index, buffer.baseAddress, UInt64(buffer.count), csqlite_transient())
        }
    }

    private func value(at index: Int32) -> SQLValue {
        switch unsafe sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .real(unsafe sqlite3_column_double(handle, index))
        case SQLITE_TEXT:
            let start = unsafe sqlite3_column_text(handle, index)
            let count = unsafe Int(sqlite3_column_bytes(handle, index))
            return .text(unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let start = unsafe sqlite3_column_blob(handle, index)
            let count = unsafe Int(sqlite3_column_bytes(handle, index))
            return .blob(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }
}
