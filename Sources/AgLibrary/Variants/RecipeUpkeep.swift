import AgBase
import AgJobs
import AgModel
import AgSQL

/// Queues every picture that an older recipe made, behind everything that somebody waits for.
///
/// Done once per recipe; a start that is cut off in the middle begins again, and queues nothing twice.
struct RecipeUpkeep: Sendable {
    let database: any Database
    let queue: JobQueue
    var pageSize = 200

    /// Returns how many pictures were queued. Cost: one look when there is nothing to do.
    func run() async throws -> Int {
        guard try await database.read({ try Self.recordedRecipe(in: $0) }) != Recipe.current else { return 0 }
        var count = 0
        var last = ""
        while let page = try await queuePage(after: last) {
            count += page.queued
            last = page.last
            try Task.checkCancellation()
        }
        try await database.write { try Self.record(Recipe.current, in: $0) }
        return count
    }

    private struct Page: Sendable {
        let last: String
        var queued = 0
    }

    /// One short transaction, so that uploads get between two of them; `nil` behind the last original.
    private func queuePage(after last: String) async throws -> Page? {
        try await database.write { [queue, pageSize] tx in
            let originals = try Self.originals(after: last, limit: pageSize, in: tx)
            guard let end = originals.last else { return nil }
            var page = Page(last: end.text)
            // A recipe that asks for more makes pictures incomplete that were not.
            let complete = try Variant.complete(among: originals, in: tx)
            for original in originals where !complete.contains(original) {
                try UnfinishedOriginals.add(original, in: tx)
            }
            let incomplete = try originals.filter { try !Variant.missing(of: $0, in: tx).isEmpty }
            let jobs = try incomplete.compactMap { try Image.oldest(of: $0, in: tx) }
                .map { JobSpec.image(.generateVariants, $0, priority: .rebuild) }
            page.queued = try queue.enqueue(jobs, in: tx).count
            return page
        }
    }

    /// Only those that have derived pictures: one without is waiting for its first, or has failed.
    private static func originals(
        after last: String, limit: Int, in connection: any SQLConnection
    ) throws -> [OriginalID] {
        try connection.all(
            """
            SELECT o.id FROM originals o WHERE o.id > \(last)
                AND EXISTS (SELECT 1 FROM image_variants v WHERE v.original_id = o.id)
            ORDER BY o.id LIMIT \(limit)
            """
        ) { OriginalID(trusted: try $0[0]) }
    }

    private static func recordedRecipe(in connection: any SQLConnection) throws -> String? {
        try connection.value("SELECT value FROM library_state WHERE name = 'recipe'")
    }

    private static func record(_ recipe: String, in tx: any SQLTransaction) throws {
        try tx.execute(
            """
            INSERT INTO library_state (name, value) VALUES ('recipe', \(recipe))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
    }
}
