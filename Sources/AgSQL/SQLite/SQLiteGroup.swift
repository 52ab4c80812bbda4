internal import AgBase

/// Runs waiting writes one after the other in one transaction and commits them together.
///
/// Each write has a savepoint, so one that throws takes back only itself. Belongs to the writer's thread.
final class SQLiteGroup: Sendable {
    struct Outcome {
        /// How many of the writes were dealt with; the rest go into the next group.
        var taken = 0
        var isCommitted = false
        /// To be called before the answers.
        var notices: [@Sendable () -> Void] = []
        var hooks: [@Sendable () -> Void] = []
        /// To be delivered: some before the answers, some with the hooks.
        var signals: [Notice] = []
        /// To be called in order: each tells one caller.
        var answers: [@Sendable () -> Void] = []
    }

    // The connection is touched on the writer's thread only, before it starts and after it stopped excepted.
    nonisolated(unsafe) private var connection: SQLiteConnection?
    private let size: Int
    private let time: Duration

    init(_ connection: SQLiteConnection, _ settings: SQLiteSettings) {
        unsafe self.connection = connection
        size = max(1, settings.groupSize)
        time = settings.groupTime
    }

    func run(_ writes: ArraySlice<SQLWrite>) -> Outcome {
        guard let connection = unsafe connection else {
            return failed(writes, SQLError(.closed, "The database is closed."))
        }
        do {
            try connection.execute("BEGIN IMMEDIATE")
        } catch {
            return failed(writes, error)
        }
        return commit(attempt(writes, on: connection), connection)
    }

    /// Folds the log into the file and lets go of it.
    func close() {
        guard let connection = unsafe connection else { return }
        // Both only save work for the next start; the commits are durable already.
        _ = try? connection.execute("PRAGMA optimize")
        _ = try? connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        unsafe self.connection = nil
    }

    /// What became of the writes that were tried, before the commit.
    private struct Attempt {
        var passed: [SQLWrite] = []
        var refused: [(SQLWrite, any Error)] = []
        var notices: [@Sendable () -> Void] = []
        var hooks: [@Sendable () -> Void] = []
        var signals: [Notice] = []
        /// SQLite took the whole transaction back, for this reason.
        var broken: (any Error)?
    }

    private func attempt(_ writes: ArraySlice<SQLWrite>, on connection: SQLiteConnection) -> Attempt {
        var attempt = Attempt()
        let start = ContinuousClock.now
        for write in writes.prefix(size) {
            let transaction = LentTransaction(connection)
            do {
                try inSavepoint(connection) {
                    try transaction.run(write.body)
                    try transaction.complete()
                }
                attempt.passed.append(write)
                attempt.notices += transaction.notices
                attempt.hooks += transaction.hooks
                attempt.signals += transaction.signals
            } catch {
                attempt.refused.append((write, error))
                if !isTakenBack(connection) { attempt.broken = error }
            }
            transaction.end()
            if attempt.broken != nil { break }
            if ContinuousClock.now - start > time { break }
        }
        return attempt
    }

    private func inSavepoint(_ connection: SQLiteConnection, _ body: () throws -> Void) throws {
        try connection.execute("SAVEPOINT one")
        try body()
        if connection.isOutsideTransaction {
            throw SQLError(.io, "The transaction ended before its closure returned.")
        }
        try connection.execute("RELEASE one")
    }

    /// Undoes one write. False when that is not possible, and with it the whole group is lost.
    private func isTakenBack(_ connection: SQLiteConnection) -> Bool {
        do {
            try connection.execute("ROLLBACK TO one")
            try connection.execute("RELEASE one")
            return true
        } catch {
            return false
        }
    }

    private func commit(_ attempt: Attempt, _ connection: SQLiteConnection) -> Outcome {
        var outcome = Outcome()
        outcome.taken = attempt.passed.count + attempt.refused.count
        let end = end(attempt, connection)
        let reason = attempt.broken ?? end
        if reason == nil, !attempt.passed.isEmpty {
            outcome.isCommitted = true
            outcome.notices = attempt.notices
            outcome.hooks = attempt.hooks
            outcome.signals = attempt.signals
        }
        outcome.answers = attempt.passed.map { write in { write.finish(reason) } }
        outcome.answers += attempt.refused.map { write, error in { write.finish(error) } }
        return outcome
    }

    /// Commits, or takes back what is broken or empty. Returns why that failed, or `nil`.
    private func end(_ attempt: Attempt, _ connection: SQLiteConnection) -> (any Error)? {
        do {
            let isWorthIt = attempt.broken == nil && !attempt.passed.isEmpty
            if isWorthIt || !connection.isOutsideTransaction {
                try connection.execute(isWorthIt ? "COMMIT" : "ROLLBACK")
            }
            return nil
        } catch {
            // Some errors end the transaction, some leave it open: the next group must find none.
            if !connection.isOutsideTransaction { _ = try? connection.execute("ROLLBACK") }
            return error
        }
    }

    private func failed(_ writes: ArraySlice<SQLWrite>, _ error: any Error) -> Outcome {
        var outcome = Outcome()
        outcome.taken = writes.count
        outcome.answers = writes.map { write in { write.finish(error) } }
        return outcome
    }
}
