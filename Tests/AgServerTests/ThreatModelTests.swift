import FoundationEssentials
import Testing

@Suite("docs/threat-model.md")
struct ThreatModelTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    @Test("Every proof is a test that is there, or a script")
    func proofs() throws {
        let pieces = try Self.text("docs/threat-model.md").split(separator: "`", omittingEmptySubsequences: false)
        var count = 0
        // What stands between two backticks, and what follows.
        for (index, piece) in pieces.enumerated() where !index.isMultiple(of: 2) {
            if piece.hasSuffix("Tests.swift") {
                let name = pieces[index + 1].split(separator: "\"", omittingEmptySubsequences: false)
                try #require(name.count >= 2 && name[0] == " ", "\(piece) names no test")
                let file = try Self.text("Tests/\(piece)")
                #expect(file.contains("\"\(name[1])\""), "\(piece) has no test '\(name[1])'")
                count += 1
            } else if piece.hasPrefix("scripts/") {
                _ = try Self.text(String(piece))
            }
        }
        #expect(count > 60)
    }
}
