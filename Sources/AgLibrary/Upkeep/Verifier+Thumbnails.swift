import AgBase
import AgCrypto
import AgModel
import AgSQL

extension Verifier {
    /// Derived pictures whose bytes lie in their rows: the same check without files.
    func checkThumbnails(_ repair: Bool, _ report: inout VerifyReport) async throws {
        var last = ""
        while true {
            let start = last
            let page = try await database.read { try ThumbnailCheck.page(after: start, in: $0) }
            guard let end = page.last else { return }
            for check in page where !check.isSound {
                if repair { try await makeAgain(check.original, where: "content = \(check.content)") }
                report.findings.append(
                    Finding(
                        .changedFile, "thumbnail of original \(check.original)", "Its bytes are not the recorded ones.",
                        repair: repair ? "It is made again." : nil))
            }
            last = end.original.text
        }
    }
}
