import AgLibrary
import AgSQL
import AgTesting
import Testing

@Suite("docs/formats/schema.md", .everyEngine, .timeLimit(.minutes(1)))
struct SchemaDocumentTests {
    private static let path = "docs/formats/schema.md"
    private static let fence = "```"

    @Test("It has a row for every table that the migrations make, and no other")
    func tables() async throws {
        let described = try Repository.text(Self.path).tableRows.flatMap { $0[0].codeSpans }
        #expect(described.sorted() == (try await columns().map(\.table)))
    }

    @Test(
        "It has every column with its type, and whether it may be empty, as the migrations make them on each database")
    func sameColumns() async throws {
        let lines = try await columns().map { "\($0.table): \($0.columns.joined(separator: ", "))" }
        let parts = try Repository.text(Self.path).split(separator: Self.fence, omittingEmptySubsequences: false)
        try #require(parts.count == 3)
        if Repository.writesDocuments {
            let block = "\n\(lines.joined(separator: "\n"))\n"
            return try Repository.write(
                [String(parts[0]), block, String(parts[2])].joined(separator: Self.fence), to: Self.path)
        }
        let described = parts[1].split(separator: "\n").map(String.init)
        for line in lines where !described.contains(line) {
            Issue.record("docs/formats/schema.md lacks the line '\(line)': run 'make documents'.")
        }
        for line in described where !lines.contains(line) {
            Issue.record(
                "docs/formats/schema.md has the line '\(line)', and the database has not: run 'make documents'.")
        }
        #expect(described == lines)
    }

    // MARK: What the database says of itself

    private struct Table {
        let table: String
        var columns: [String]
    }

    /// By table, in the order in which they were made.
    private func columns() async throws -> [Table] {
        let folder = TemporaryFolder()
        let database = try await Engine.current.open(in: folder, LibraryGround.migrations)
        // Which database is asked is not known on its threads.
        let query = Self.query
        let rows = try await database.read { connection in
            try connection.all(query) { row in (table: try row[0] as String, column: try Self.column(row)) }
        }
        await database.close()
        return rows.reduce(into: [Table]()) { tables, row in
            if tables.last?.table != row.table { tables.append(Table(table: row.table, columns: [])) }
            tables[tables.count - 1].columns.append(row.column)
        }
    }

    /// `name type`, and `?` behind it when it may be NULL.
    private static func column(_ row: Row) throws -> String {
        let names = [
            "TEXT": "text", "INTEGER": "integer", "bigint": "integer", "BLOB": "bytes", "bytea": "bytes",
            "REAL": "real",
            "double precision": "real",
        ]
        let type: String = try row[2]
        let mayBeEmpty: Bool = try row[3]
        return "\(try row[1] as String) \(names[type] ?? type)\(mayBeEmpty ? "?" : "")"
    }

    private static var query: SQL {
        switch Engine.current {
        case .sqlite:
            """
            SELECT t.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0
            FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid
            """
        case .postgres:
            """
            SELECT table_name::text COLLATE "C", column_name::text, data_type::text,
                CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END::bigint
            FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, ordinal_position
            """
        }
    }
}
