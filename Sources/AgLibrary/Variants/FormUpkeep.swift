import AgBase
import AgJobs
import AgModel
import AgSQL

/// Queues the graphics that were encoded before several forms were tried, behind everything that somebody waits for.
///
/// Which pictures are graphics is not known without a decode, so these are taken: formats that graphics come in, and
/// originals with a derived picture of the same width that is larger than they are. A photograph among them gets the
/// bytes it had. Done once; a start that is cut off in the middle begins again, and passes over what was made since.
struct FormUpkeep: Sendable {
    let database: any Database
    let queue: JobQueue
    var pageSize = 200

    private static let name = "forms"
    /// Raised when the forms change so much that pictures made by the older ones are to be made again.
    private static let current = "1"

    /// Returns how many pictures were queued. Cost: one look when there is nothing to do.
    func run() async throws -> Int {
        let recorded = try await database.read { connection -> String? in
            try connection.value("SELECT value FROM library_state WHERE name = \(Self.name)")
        }
        guard recorded != Self.current else { return 0 }
        var count = 0
        var last = ""
        while let page = try await queuePage(after: last) {
            count += page.queued
            last = page.last
            try Task.checkCancellation()
        }
        try await database.write { try Self.record($0) }
        return count
    }

    private static func record(_ tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO library_state (name, value) VALUES (\(name), \(current))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
    }

    /// One short transaction, so that uploads get between two of them; `nil` behind the last original.
    private func queuePage(after last: String) async throws -> (last: String, queued: Int)? {
        try await database.write { [queue, pageSize] tx in
            let page = try Original.ids(after: last, limit: pageSize, in: tx)
            guard let end = page.last else { return nil }
            let jobs = try Self.outdated(page, in: tx).compactMap { try Image.oldest(of: $0, in: tx) }
                .map { JobSpec.image(.generateVariants, $0, priority: .rebuild, .again) }
            return (end.text, try queue.enqueue(jobs, in: tx).count)
        }
    }

    private static func outdated(
        _ page: [OriginalID], in connection: any SQLConnection
    ) throws -> [OriginalID] {
        try connection.all(
            """
            SELECT o.id FROM originals o WHERE o.id IN \(list: page.map(\.text)) AND o.lost_at IS NULL
                AND EXISTS (SELECT 1 FROM image_variants v WHERE v.original_id = o.id AND v.encoding IS NULL
                    AND v.path IS NOT NULL
                    AND (o.format IN ('png', 'gif') OR (v.width = o.width AND v.byte_count > o.byte_count)))
            ORDER BY o.id
            """
        ) { OriginalID(trusted: try $0[0]) }
    }
}
