internal import CPostgres

/// One answer of the server, freed with its owner.
@safe
struct PostgresResult: ~Copyable {
    private let handle: OpaquePointer

    init(adopting handle: OpaquePointer) {
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe PQclear(handle)
    }

    var status: ExecStatusType { unsafe PQresultStatus(handle) }

    var isFailure: Bool { status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_EMPTY_QUERY }

    /// The five characters of SQLSTATE; empty when libpq itself complains.
    var state: String {
        if status == PGRES_EMPTY_QUERY { return "42601" }
        return unsafe cpostgres_state(handle).map { unsafe String(cString: $0) } ?? ""
    }

    /// The primary message, without details: those hold values.
    var message: String {
        if status == PGRES_EMPTY_QUERY { return "The statement is empty." }
        if let primary = unsafe cpostgres_message(handle) { return unsafe String(cString: primary) }
        return unsafe String(cString: PQresultErrorMessage(handle))
    }

    /// Rows that an INSERT, UPDATE or DELETE touched; 0 for any other statement.
    var changes: Int {
        let verb = unsafe String(cString: PQcmdStatus(handle)).prefix { $0 != " " }
        guard ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(verb) else { return 0 }
        return unsafe Int(String(cString: PQcmdTuples(handle))) ?? 0
    }

    var count: Int { unsafe Int(PQntuples(handle)) }

    /// Column names and types, read once for all rows.
    func columns() -> PostgresColumns {
        let width = unsafe PQnfields(handle)
        let names = (0..<width).map { unsafe String(cString: PQfname(handle, $0)) }
        return PostgresColumns(
            columns: Columns(names), types: (0..<width).map { unsafe PostgresType(rawValue: PQftype(handle, $0)) })
    }

    /// Throws `SQLError.mismatch` for a type that no statement of ours should ask for.
    func row(_ index: Int, _ columns: PostgresColumns) throws -> Row {
        let row = Int32(index)
        let values = try columns.types.enumerated().map { column, type in
            let column = Int32(column)
            if unsafe PQgetisnull(handle, row, column) != 0 { return SQLValue.null }
            let length = unsafe Int(PQgetlength(handle, row, column))
            return unsafe try type.value(
                of: UnsafeRawBufferPointer(start: PQgetvalue(handle, row, column), count: length))
        }
        return Row(columns.columns, values)
    }
}

struct PostgresColumns {
    let columns: Columns
    let types: [PostgresType]
}
