import AgLibrary
import AgSQL
import AgTesting
import FoundationEssentials
import Testing

@Suite("docs/formats/schema.md")
struct SchemaDocumentTests {
    @Test("It has a row for every table that the migrations make, and no other")
    func sameAsMigrations() async throws {
        let folder = TemporaryFolder()
        let database = try await SQLiteDatabase.open(path: folder.file("schema.db"))
        try await Migrator(LibraryGround.migrations).migrate(database)
        let tables: [String] = try await database.read { connection in
            try connection.all(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            ) { try $0[0] }
        }
        await database.close()
        #expect(try described().sorted() == tables)
    }

    /// The names in the first column of the table of tables.
    private func described() throws -> [String] {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(
            contentsOf: repository.appending(path: "docs/formats/schema.md"), encoding: .utf8)
        return document.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
            let column = row.split(separator: "|")[0]
            return column.split(separator: "`").map { String($0) }.filter { $0.contains { $0.isLetter } }
        }
    }
}
