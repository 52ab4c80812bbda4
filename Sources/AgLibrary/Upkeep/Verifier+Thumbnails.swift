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

/// Whether one thumbnail's bytes are what their row says.
private struct ThumbnailCheck: Sendable {
    let original: OriginalID
    let content: [UInt8]
    let isSound: Bool

    static func page(after original: String, in connection: any SQLConnection) throws -> [ThumbnailCheck] {
        try connection.all(
            """
            SELECT original_id, byte_count, sha256, content FROM image_variants
            WHERE original_id > \(original) AND content IS NOT NULL ORDER BY original_id LIMIT 256
            """
        ) { row in
            let content: [UInt8] = try row["content"]
            let digest: [UInt8] = try row["sha256"]
            let byteCount: Int = try row["byte_count"]
            return ThumbnailCheck(
                original: OriginalID(trusted: try row["original_id"]), content: content,
                isSound: content.count == byteCount && SHA256Digest.of(content).bytes == digest)
        }
    }
}
