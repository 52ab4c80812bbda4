import AgTesting
import Testing

@Suite("Documents that say what a test shows")
struct ThreatModelTests {
    @Test(
        "Every proof is a test that is there, or a script",
        arguments: [("docs/threat-model.md", 60), ("docs/architecture.md", 12)])
    func proofs(_ document: String, least: Int) throws {
        let pieces = try Repository.text(document).split(separator: "`", omittingEmptySubsequences: false)
        var count = 0
        // What stands between two backticks, and what follows.
        for (index, piece) in pieces.enumerated() where !index.isMultiple(of: 2) {
            if piece.hasSuffix("Tests.swift") {
                let name = pieces[index + 1].split(separator: "\"", omittingEmptySubsequences: false)
                try #require(name.count >= 2 && name[0] == " ", "\(piece) names no test")
                let file = try Repository.text("Tests/\(piece)")
                #expect(file.contains("\"\(name[1])\""), "\(piece) has no test '\(name[1])'")
                count += 1
            } else if piece.hasPrefix("scripts/") {
                _ = try Repository.text(String(piece))
            }
        }
        #expect(count >= least)
    }

    @Test("Every promise of docs/architecture.md names what tries to break it")
    func promises() throws {
        let rows = try Repository.section("## Promises", of: "docs/architecture.md").tableRows
        #expect(rows.count >= 8)
        for row in rows {
            try #require(row.count == 2)
            #expect(row[1].contains("Tests.swift` \""), "\(row[0])")
        }
    }
}
