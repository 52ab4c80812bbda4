/// What a server says of itself and of us, asked once at opening, before anything is created.
struct PostgresFitness: Sendable {
    static let oldest = 140_000

    var encoding: String
    /// Where tables would be made; `nil` when the user's `search_path` leads nowhere.
    var schema: String?
    var mayCreate: Bool

    /// Throws `SQLError` with a sentence that names the remedy.
    static func check(_ connection: PostgresConnection, readsOnly: Bool) throws {
        let found = try connection.first(query) { row in
            PostgresFitness(
                encoding: try row["encoding"], schema: try row["schema"], mayCreate: try row["may_create"])
        }
        guard let found else { throw SQLError(.schema, "The database server does not answer queries.") }
        if let complaint = found.complaint(readsOnly: readsOnly) { throw SQLError(.schema, complaint) }
    }

    private static let query: SQL = """
        SELECT current_setting('server_encoding') AS encoding, current_schema() AS schema,
            coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create
        """

    /// Said at each connection, since a failover may turn a server into one.
    static let replica = "This database is a read-only replica: name the primary server in the URL."
    static let readOnly =
        "This database is set to take no writes (default_transaction_read_only is on): set it to off for this user and database, "
        + "or name another one."

    /// Asked before any statement is sent, since an old server may not know its settings.
    ///
    /// - Parameter version: as libpq counts: 150013 is 15.13.
    static func complaint(version: Int) -> String? {
        guard version < oldest else { return nil }
        // Before 10 the second number belonged to the name of a version.
        let shown = version >= 100_000 ? "\(version / 10_000)" : "\(version / 10_000).\(version / 100 % 100)"
        return "The database server is PostgreSQL \(shown); Argentum needs 14 or later."
    }

    /// Why we cannot live there; `nil` when we can.
    func complaint(readsOnly: Bool) -> String? {
        guard encoding == "UTF8" else {
            return "The database has the encoding \(encoding); create one with "
                + "`createdb --encoding UTF8 --template template0`."
        }
        guard let schema else {
            return "The database has no schema for this user: set the user's search_path to an existing schema."
        }
        guard mayCreate || readsOnly else {
            return
                "This user may not create tables in the schema \(schema): run `GRANT CREATE ON SCHEMA \(schema) TO` the user."
        }
        return nil
    }
}
