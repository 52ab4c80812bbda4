package import AgBase
package import AgBlobs
package import AgSQL
import Synchronization

/// Files that no row refers to any more: noted in the transaction that unlinked them, removed soon after.
///
/// The note outlives a crash, so a deleted picture's bytes go also when the process died right after the answer.
package final class BlobRemovals: Sendable {
    private let database: any Database
    private let blobs: any BlobStore
    private let log: Log
    private let calls: AsyncStream<Void>
    private let caller: AsyncStream<Void>.Continuation

    package init(database: any Database, blobs: any BlobStore, log: Log) {
        self.database = database
        self.blobs = blobs
        self.log = log
        (calls, caller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Notes files for removal; they go after the commit.
    func ask(_ paths: [BlobPath], at moment: Timestamp, in tx: any SQLTransaction) throws {
        guard !paths.isEmpty else { return }
        for path in paths {
            try tx.execute(
                """
                INSERT INTO blob_removals (path, asked_at) VALUES (\(path.text), \(moment)) ON CONFLICT DO NOTHING
                """)
        }
        tx.afterCommit { [caller] in caller.yield() }
    }

    /// Removes what is noted now and whatever is noted later, until cancelled.
    package func run() async {
        caller.yield()
        for await _ in calls {
            do {
                try await removeAll()
            } catch is CancellationError {
                return
            } catch {
                log.warning("files could not be removed, will try again", ["error": "\(error)"])
                callAgain(after: .seconds(10))
            }
        }
    }

    /// Removes all that is noted. Throws when a file or the database refuses; the notes that are left stay.
    package func removeAll() async throws {
        while true {
            let paths = try await database.read { connection in
                try connection.all("SELECT path FROM blob_removals ORDER BY asked_at LIMIT 256") { row -> String in
                    try row[0]
                }
            }
            if paths.isEmpty { return }
            try await blobs.remove(paths.compactMap { BlobPath(untrusted: $0) })
            try await database.write { tx in
                _ = try tx.execute("DELETE FROM blob_removals WHERE path IN \(list: paths)")
            }
        }
    }

    private func callAgain(after delay: Duration) {
        let caller = caller
        Task {
            try? await Task.sleep(for: delay)
            caller.yield()
        }
    }
}
