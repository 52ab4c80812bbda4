/// Whether a database is one that we can live in, asked once at opening, before anything is created.
enum PostgresFitness {
    static func check(_ connection: PostgresConnection, readsOnly: Bool) throws {
        guard connection.serverVersion >= 140_000 else {
            throw refusal(
                "The database server is PostgreSQL \(connection.serverVersion / 10_000); Argentum needs 14 or later.")
        }
        let found = try connection.first(query) { row in
            (
                isReplica: try row["is_replica"] as Bool, encoding: try row["encoding"] as String,
                schema: try row["schema"] as String?, mayCreate: try row["may_create"] as Bool
            )
        }
        guard let found else { throw refusal("The database server does not answer queries.") }
        if found.isReplica, !readsOnly {
            throw refusal("This database is a read-only replica: name the primary server in the URL.")
        }
        guard found.encoding == "UTF8" else {
            throw refusal(
                "The database has the encoding \(found.encoding); create one with `createdb --encoding UTF8 --template template0`.")
        }
        guard let schema = found.schema else {
            throw refusal("The database has no schema for this user: set the user's search_path to an existing schema.")
        }
        guard found.mayCreate || readsOnly else {
            throw refusal(
                "This user may not create tables in the schema \(schema): run `GRANT CREATE ON SCHEMA \(schema) TO` the user.")
        }
    }

    private static let query: SQL = """
        SELECT pg_is_in_recovery() AS is_replica, current_setting('server_encoding') AS encoding,
            current_schema() AS schema,
            coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create
        """

    private static func refusal(_ sentence: String) -> SQLError {
        SQLError(.schema, sentence)
    }
}
