package import AgBase
package import AgBlobs
package import AgSQL

/// Files that no row refers to any more: noted in the transaction that unlinked them, removed soon after.
///
/// The note outlives a crash, so a deleted picture's bytes go also when the process died right after the answer.
package final class BlobRemovals: Sendable {
    private let database: any Database
    private let blobs: any BlobStore
    private let parts: [any LibraryPart.Type]
    private let log: Log
    private let asked = Signal()
    private let clock: any SteadyClock

    /// Between two looks that nothing asked for: another process may have died right behind its commit, and a commit that was not
    /// answered may have succeeded. With what goes before it, less than the quarter of a minute within which whatever a death left
    /// has to be done.
    private static let pause: Duration = .seconds(5)
    /// After a look that failed.
    private static let pauseAfterFailure: Duration = .seconds(10)

    package init(
        database: any Database, blobs: any BlobStore, parts: [any LibraryPart.Type] = LibraryParts.all, log: Log,
        clock: any SteadyClock = SystemSteadyClock()
    ) {
        self.database = database
        self.blobs = blobs
        self.parts = parts
        self.log = log
        self.clock = clock
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
        tx.afterCommit { [asked] in asked.raise() }
    }

    /// Removes what is noted now and whatever is noted later, until cancelled.
    package func run() async {
        while !Task.isCancelled {
            let pause = await round()
            await asked.wait(until: clock.elapsed() + pause, clock)
        }
    }

    /// Returns how long to wait when nothing asks for another one.
    private func round() async -> Duration {
        do {
            try await removeAll()
            return Self.pause
        } catch is CancellationError {
            return Self.pauseAfterFailure
        } catch {
            log.warning("files could not be removed, will try again", ["error": "\(error)"])
            return Self.pauseAfterFailure
        }
    }

    /// Removes all that is noted. What refuses to go keeps its note and does not hold up the others; the first such
    /// error is thrown at the end.
    package func removeAll() async throws {
        var failure: BlobError?
        var last = ""
        while case let paths = try await page(after: last), let end = paths.last {
            let result = await remove(paths.compactMap(\.toRemove))
            try await forget(paths.filter { $0.toRemove == nil }.map(\.text) + result.gone.map(\.text))
            failure = failure ?? result.failure
            last = end.text
        }
        if let failure { throw failure }
    }

    /// All together, which costs one sync for a folder; one by one only where that fails.
    private func remove(_ paths: [BlobPath]) async -> (gone: [BlobPath], failure: BlobError?) {
        var failure: BlobError?
        if await isGone(paths, &failure) { return (paths, nil) }
        var gone: [BlobPath] = []
        for path in paths where await isGone([path], &failure) { gone.append(path) }
        return (gone, failure)
    }

    private func isGone(_ paths: [BlobPath], _ failure: inout BlobError?) async -> Bool {
        do {
            try await blobs.remove(paths)
            return true
        } catch {
            failure = error as? BlobError ?? BlobError(.io, "\(error)")
            return false
        }
    }

    private struct Noted: Sendable {
        let text: String
        /// `nil` when the note is wrong: it names no path, or a row refers to that path, as versions that used names
        /// twice left it. Such a note is dropped, and the file stays.
        let toRemove: BlobPath?
    }

    private func page(after path: String) async throws -> [Noted] {
        try await database.read { [parts] connection in
            try connection.all(
                "SELECT path FROM blob_removals WHERE path > \(path) ORDER BY path LIMIT 256"
            ) { row -> String in try row[0] }
            .map { Noted(text: $0, toRemove: try Self.unreferenced($0, parts, in: connection)) }
        }
    }

    private static func unreferenced(
        _ text: String, _ parts: [any LibraryPart.Type], in connection: any SQLConnection
    ) throws -> BlobPath? {
        guard let path = BlobPath(untrusted: text), try !parts.refer(to: path, in: connection) else {
            return nil
        }
        return path
    }

    private func forget(_ paths: [String]) async throws {
        guard !paths.isEmpty else { return }
        try await database.conclude { tx in
            _ = try tx.execute("DELETE FROM blob_removals WHERE path IN \(list: paths)")
        }
    }
}
