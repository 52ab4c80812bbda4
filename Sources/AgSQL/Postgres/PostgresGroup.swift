internal import AgBase
internal import Glibc

/// Runs writes that waited for a connection: together in one transaction where several do, and alone where that did not
/// work.
///
/// In a group each write has a savepoint, so that one that throws rolls back only itself. A conflict takes the whole group
/// back, and each of its writes runs again alone.
struct PostgresGroup: Sendable {
    let settings: PostgresSettings
    let notices: Notices
    /// Runs the hooks of a commit, in the order of the commits that this thread made.
    let hooks: @Sendable ([@Sendable () -> Void]) -> Void

    func run(_ writes: [SQLWrite], _ session: PostgresSession) {
        var rest = writes[...]
        while rest.count > 1 {
            let attempt = together(rest, session)
            if !attempt.isSettled { alone(rest.prefix(attempt.count), session) }
            rest = rest.dropFirst(attempt.count)
        }
        alone(rest, session)
    }

    private func alone(_ writes: ArraySlice<SQLWrite>, _ session: PostgresSession) {
        for write in writes { write.finish(outcome(of: write, session)) }
    }

    // MARK: Alone

    /// Why there is nothing, or `nil` after the commit.
    private func outcome(of write: SQLWrite, _ session: PostgresSession) -> (any Error)? {
        for attempt in 1... {
            do {
                try session.run { try commit(write, on: $0) }
                return nil
            } catch let error as SQLError where error.code == .conflict && attempt < settings.attempts {
                usleep(Self.pause(after: attempt))
            } catch let unknown as OutcomeUnknown {
                return unknown.error
            } catch {
                return error
            }
        }
        return nil
    }

    /// 1 to 2 ms at first, doubled after each conflict up to 200 ms, so that the same two do not meet again.
    private static func pause(after attempt: Int) -> UInt32 {
        UInt32(1_000 * min(200, Double(1 << min(attempt, 8)) * 0.5) * Double.random(in: 1...2))
    }

    private func commit(_ write: SQLWrite, on connection: PostgresConnection) throws {
        try connection.queue("BEGIN")
        let transaction = LentTransaction(connection)
        defer { transaction.end() }
        do {
            try transaction.run(write.body)
            try transaction.complete()
        } catch {
            takeBack(connection)
            throw error
        }
        try finish(connection, transaction.signals)
        tell([transaction])
    }

    // MARK: Together

    private struct Attempt {
        var passed: [(write: SQLWrite, transaction: LentTransaction<PostgresConnection>)] = []
        var refused: [(write: SQLWrite, error: any Error)] = []
        /// How many writes were begun: the first ones of those that waited.
        var count = 0
        /// Whether each of them has its answer. Otherwise nothing of them is left, and they have to run alone.
        var isSettled = false

        mutating func answer(_ error: (any Error)?) {
            for (write, _) in passed { write.finish(error) }
            for (write, refusal) in refused { write.finish(refusal) }
            isSettled = true
        }
    }

    private func together(_ writes: ArraySlice<SQLWrite>, _ session: PostgresSession) -> Attempt {
        var attempt = Attempt()
        do {
            try session.run { connection in
                attempt = Attempt()
                try commit(writes, on: connection, &attempt)
            }
            attempt.answer(nil)
        } catch let unknown as OutcomeUnknown {
            attempt.answer(unknown.error)
        } catch {
            // Without a connection none was begun, and none will be.
            if attempt.count == 0 { attempt.count = writes.count }
        }
        return attempt
    }

    private func commit(_ writes: ArraySlice<SQLWrite>, on connection: PostgresConnection, _ attempt: inout Attempt)
        throws
    {
        let start = ContinuousClock.now
        do {
            try connection.queue("BEGIN")
            for write in writes {
                attempt.count += 1
                try inSavepoint(write, on: connection, &attempt)
                if ContinuousClock.now - start > settings.groupTime { break }
            }
            let transactions = attempt.passed.map(\.transaction)
            for transaction in transactions { try transaction.runLast() }
            for transaction in transactions { transaction.end() }
            try LentTransaction.writeTails(of: transactions, in: connection)
        } catch {
            takeBack(connection)
            throw error
        }
        let transactions = attempt.passed.map(\.transaction)
        try finish(connection, transactions.flatMap(\.signals))
        tell(transactions)
    }

    /// Throws what takes the whole group back: a conflict, or a connection that is gone.
    private func inSavepoint(
        _ write: SQLWrite, on connection: PostgresConnection, _ attempt: inout Attempt
    ) throws {
        let transaction = LentTransaction(connection)
        do {
            try connection.queue("SAVEPOINT one")
            try transaction.run(write.body)
            try connection.queue("RELEASE one")
            attempt.passed.append((write, transaction))
        } catch {
            transaction.end()
            let isConflict = (error as? SQLError)?.code == .conflict
            guard !isConflict, connection.isReusable else { throw error }
            try connection.queue("ROLLBACK TO one")
            try connection.queue("RELEASE one")
            attempt.refused.append((write, error))
        }
    }

    // MARK: The end of a transaction

    /// A commit whose answer got lost: what it wrote may be there.
    private struct OutcomeUnknown: Error {
        let error: SQLError
    }

    /// Commits, and with it sends the notices to other processes.
    private func finish(_ connection: PostgresConnection, _ signals: [Notice]) throws {
        do {
            for payload in NoticePayload.pack(signals, from: notices.sender) {
                try connection.queue(PostgresChannel.notify(payload))
            }
            try connection.finish("COMMIT")
        } catch let error as SQLError where connection.isBroken {
            notices.deliverDoubtful(signals)
            throw OutcomeUnknown(error: error)
        } catch {
            // A notice that the server refuses leaves the transaction open.
            takeBack(connection)
            throw error
        }
    }

    private func takeBack(_ connection: PostgresConnection) {
        // A connection that fails here is broken and thrown away, and the server takes the transaction back itself.
        if connection.isReusable { _ = try? connection.finish("ROLLBACK") }
    }

    private func tell(_ committed: [LentTransaction<PostgresConnection>]) {
        for notice in committed.flatMap(\.notices) { notice() }
        let signals = committed.flatMap(\.signals)
        notices.deliver(signals, at: .beforeAnswer)
        var bodies = committed.flatMap(\.hooks)
        if !signals.isEmpty { bodies.append { [notices] in notices.deliver(signals, at: .afterCommit) } }
        if !bodies.isEmpty { hooks(bodies) }
    }
}
