internal import AgBase

/// A PostgreSQL database: a few connections that write and a few that read, each on a thread of its own.
///
/// Every commit is on the server's disk before it is acknowledged (`synchronous_commit` is never off). A write that meets
/// another one is run again. While the server is away calls fail at once with `io`; connections come back by themselves.
///
/// - Important: a pooler in transaction mode in between breaks prepared statements and session settings.
package final class PostgresDatabase: Database {
    /// Set while a write closure runs, also in tasks it starts: waiting there for another call on the same
    /// database could wait for itself.
    @TaskLocal private static var inside: ObjectIdentifier?

    private typealias Read = @Sendable (PostgresSession) -> Void

    private let readers: PostgresLane<Read>
    private let lookUps: PostgresLane<Read>
    /// `nil` when the database was opened to be looked at.
    private let writers: PostgresLane<SQLWrite>?
    private let readLimit: Duration
    package let notices = Notices()
    private let hooks = WorkThread("sql-after")
    /// `nil` like the writers: what only looks sends nothing and keeps nothing.
    private let listener: PostgresListener?

    private init(_ connector: PostgresConnector, readsOnly: Bool) throws {
        let outage = PostgresOutage()
        let settings = connector.settings
        let reading = { (name: String, threads: Int) in
            PostgresLane<Read>(
                name, threads: threads, session: { PostgresSession(connector, .reader, outage) },
                serve: { work, session in for read in work { read(session) } })
        }
        readers = reading("sql-read", settings.readers)
        lookUps = reading("sql-look-up", settings.lookUpReaders)
        readLimit = settings.readLimit
        guard !readsOnly else {
            writers = nil
            listener = nil
            return
        }
        listener = try PostgresListener(connector, notices, outage)
        let group = PostgresGroup(settings: settings, notices: notices) { [hooks] bodies in
            hooks.add { for body in bodies { body() } }
        }
        writers = PostgresLane(
            "sql-write", threads: settings.writers, most: max(1, settings.groupSize),
            session: { PostgresSession(connector, .writer, outage) }, serve: group.run)
    }

    /// One that is let go without `close` must not keep its connections.
    deinit {
        readers.refuse()
        lookUps.refuse()
        writers?.refuse()
        listener?.refuse()
    }

    /// Connects once, to learn whether the server can serve us. Throws `SQLError` with a sentence that names the remedy.
    ///
    /// - Parameters:
    ///   - url: `postgres://user@host:port/database?sslmode=…`, with every parameter that libpq knows.
    ///   - readsOnly: writes are refused, and a read-only replica will do.
    package static func open(
        url: String, settings: PostgresSettings = PostgresSettings(), readsOnly: Bool = false
    ) async throws -> PostgresDatabase {
        let connector = PostgresConnector(url: url, settings: settings, allowsReplica: readsOnly)
        try await BlockingPool(threads: 1, name: "sql-open").run {
            try PostgresFitness.check(connector.connect(readsOnly ? .reader : .writer), readsOnly: readsOnly)
        }
        return try PostgresDatabase(connector, readsOnly: readsOnly)
    }

    /// Why a text is no URL of a database, as a sentence; `nil` when it is one.
    package static func complaint(about url: String) -> String? {
        PostgresConnector.complaint(about: url)
    }

    package var dialect: SQLDialect { .postgres }

    /// Writes that wait for a connection.
    package var waitingWrites: Int { writers?.waiting ?? 0 }

    package func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try refuseNesting()
        let ticket = ReadTicket(limit: kind == .whole ? nil : readLimit)
        let lane = kind == .lookUp ? lookUps : readers
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isTaken = lane.add { session in
                    continuation.resume(with: Result { try PostgresReads.run(session, kind, ticket, body) })
                }
                if !isTaken { continuation.resume(throwing: Self.closed) }
            }
        } onCancel: {
            ticket.cancel()
        }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try refuseNesting()
        guard let writers else {
            throw SQLError(.misuse, "The database was opened to be looked at, not to be changed.")
        }
        let mine = ObjectIdentifier(self)
        return try await withCheckedThrowingContinuation { continuation in
            let answer = WriteAnswer<Value>(continuation)
            let write = SQLWrite { transaction in
                unsafe answer.value = try Self.$inside.withValue(mine) { try body(transaction) }
            } finish: { error in
                answer.finish(error)
            }
            if !writers.add(write) { write.finish(Self.closed) }
        }
    }

    package func integrityFindings() async throws -> [String] {
        // PostgreSQL checks its pages itself (data_checksums) and enforces every constraint at each write.
        []
    }

    package func close() async {
        await readers.close()
        await lookUps.close()
        await writers?.close()
        await hooks.drain()
        await listener?.close()
    }

    private static let closed = SQLError(.closed, "The database is closed.")

    private func refuseNesting() throws {
        guard Self.inside == ObjectIdentifier(self) else { return }
        throw SQLError(
            .misuse, "The database was called from inside one of its write closures. Use the closure's own transaction."
        )
    }
}
