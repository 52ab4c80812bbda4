import AgBase
import AgServer
import AgTesting
import Testing

@Suite("docs/configuration.md")
struct SettingsDocumentTests {
    @Test("It has a row for every setting, with its default and help, and no other")
    func sameAsTable() throws {
        let document = try Repository.text("docs/configuration.md")
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("| `") }.map {
            $0.split(separator: "|").map { $0.drop { $0 == " " } }.map { String($0) }
        }
        let settings = rows.filter { $0.count == 4 }
        let names = settings.map { $0[0].filter { $0 != "`" && $0 != " " } }
        let table = ArgentumSettings.table.definitions
        #expect(names == table.map(\.name))
        for (row, definition) in zip(settings, table) {
            #expect(row[2].contains(definition.fallback ?? "—"), "\(definition.name)")
            #expect(row[3].hasPrefix(definition.help), "\(definition.name)")
        }
    }
}
