/// Brings a database's schema up to what this program knows.
///
/// All steps that are due run in one write transaction: two programs that start together do it once,
/// and a step that fails leaves the schema as it was.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    /// Any order; the numbers must differ.
    package init(_ migrations: [Migration]) {
        let sorted = migrations.sorted { $0.number < $1.number }
        for (one, next) in zip(sorted, sorted.dropFirst()) {
            precondition(one.number < next.number, "Two migrations have the number \(one.number)")
        }
        self.migrations = sorted
    }

    /// Applies what is due and returns its numbers.
    ///
    /// Throws `SQLError.schema` when the database is newer than this program or an applied step was edited.
    @discardableResult
    package func migrate(_ database: any Database) async throws -> [Int] {
        try await database.write { tx in try apply(in: tx) }
    }

    /// What `migrate` would apply. Changes nothing.
    package func pending(_ database: any Database) async throws -> [Migration] {
        try await database.read { connection in try due(connection) }
    }

    /// Applies what is due and takes it back, to learn whether it would work. Returns the numbers.
    package func rehearse(_ database: any Database) async throws -> [Int] {
        do {
            return try await database.write { tx in throw Rehearsed(numbers: try apply(in: tx)) }
        } catch let outcome as Rehearsed {
            return outcome.numbers
        }
    }

    private struct Rehearsed: Error {
        let numbers: [Int]
    }

    private func apply(in tx: any SQLTransaction) throws -> [Int] {
        // Before the first look: of two programs that start together the second finds everything done.
        if let lock = tx.dialect.lock("schema_migrations") { _ = try tx.first(lock) { _ in } }
        let steps = try due(tx)
        try makeTable(in: tx)
        for step in steps {
            for statement in step.statements(tx.dialect) { try tx.execute(SQL(raw: statement)) }
            try tx.execute(
                """
                INSERT INTO schema_migrations (number, name, checksum, applied_at)
                VALUES (\(step.number), \(step.name), \(step.checksum(tx.dialect)), \(raw: Self.now(tx.dialect)))
                """)
        }
        return steps.map(\.number)
    }

    private func makeTable(in tx: any SQLTransaction) throws {
        let dialect = tx.dialect
        let table: SQL = """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number \(raw: dialect.integer) PRIMARY KEY,
                name \(raw: dialect.text) NOT NULL,
                checksum \(raw: dialect.text) NOT NULL,
                applied_at \(raw: dialect.text) NOT NULL
            )\(raw: dialect.tableOptions)
            """
        try tx.execute(table)
    }

    private func due(_ connection: any SQLConnection) throws -> [Migration] {
        guard try connection.exists(connection.dialect.tableExists("schema_migrations")) else {
            try refuseStrangers(connection)
            return migrations
        }
        guard try connection.exists(connection.dialect.columnExists("checksum", in: "schema_migrations")) else {
            throw Self.stranger(["schema_migrations"])
        }
        let applied = try connection.all("SELECT number, name, checksum FROM schema_migrations ORDER BY number") {
            Applied(number: try $0[0], name: try $0[1], checksum: try $0[2])
        }
        for step in applied { try check(step, connection.dialect) }
        let done = Set(applied.map(\.number))
        return migrations.filter { !done.contains($0.number) }
    }

    /// Another program's tables are no place for ours: a name may mean something else there.
    private func refuseStrangers(_ connection: any SQLConnection) throws {
        let tables: [String] = try connection.all(connection.dialect.tables(limit: 3)) { try $0[0] }
        if !tables.isEmpty { throw Self.stranger(tables) }
    }

    private static func stranger(_ tables: [String]) -> SQLError {
        SQLError(
            .schema,
            "The database holds something else already (\(tables.joined(separator: ", "))): name an empty one, or one that "
                + "Argentum made.")
    }

    private struct Applied {
        let number: Int
        let name: String
        let checksum: String
    }

    private func check(_ applied: Applied, _ dialect: SQLDialect) throws {
        guard let known = migrations.first(where: { $0.number == applied.number }) else {
            throw SQLError(
                .schema,
                "The database is newer than this program: it has the schema step \(applied.number) '\(applied.name)', "
                    + "and this program knows up to \(migrations.last?.number ?? 0). Start the newer program.")
        }
        guard known.checksum(dialect) == applied.checksum else {
            throw SQLError(
                .schema,
                "The schema step \(applied.number) '\(applied.name)' differs from the one applied to this database. "
                    + "An applied step must not be edited: add a new one.")
        }
    }

    private static func now(_ dialect: SQLDialect) -> String {
        dialect == .sqlite
            ? "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
            : "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    }
}
