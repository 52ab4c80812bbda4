package import AgBase
package import AgSQL
internal import Synchronization

/// The processes that share one PostgreSQL database: who of them is running is decided by rows with heartbeats, because
/// processes on several machines have no lock in common that can be trusted.
///
/// As with jobs' leases, no moment is compared between machines: each node watches the others' beats on its own steady clock. A
/// node whose beat stands still for a lease is *ended*: its row moves from `nodes` to `ended_nodes` in one transaction. From then
/// on none of its transactions that hold its lease (`hold`) can commit, so whatever it left may be cleaned up; its row goes when
/// that is done. A node that was only frozen notices at its next beat and joins again under a new id.
package final class Nodes: Sendable {
    /// What the process does, for people who look at the table.
    package enum Role: String, Sendable {
        case server
        case worker
    }

    private let database: any Database
    private let clock: any SteadyClock
    private let settings: NodeSettings
    private let role: Role
    private let log: Log
    private let joined: @Sendable (String) -> Void
    private let current: Mutex<String>
    private let service = Mutex<Task<Void, Never>?>(nil)

    private init(
        _ id: String, _ database: any Database, _ clock: any SteadyClock, _ settings: NodeSettings, _ role: Role,
        _ log: Log, _ joined: @escaping @Sendable (String) -> Void
    ) {
        self.database = database
        self.clock = clock
        self.settings = settings
        self.role = role
        self.log = log
        self.joined = joined
        current = Mutex(id)
    }

    /// Enters the process into the table.
    ///
    /// - Parameter joined: called with the lease under which the process works from then on, now and whenever it is another one.
    package static func join(
        _ database: any Database, as role: Role, log: Log, settings: NodeSettings = NodeSettings(),
        clock: any SteadyClock = SystemSteadyClock(), joined: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Nodes {
        let nodes = Nodes(UUIDv7.shared.next(), database, clock, settings, role, log, joined)
        try await nodes.enter(nodes.id)
        joined(nodes.id)
        return nodes
    }

    /// The lease under which this process works now; another one after it was taken for ended.
    package var id: String { current.withLock { $0 } }

    /// In a transaction that refers to files which were written under these leases: makes sure that they hold until the commit,
    /// so that no other node removes those files as abandoned. Throws `Fault` 503 `node-ended`.
    package func hold(_ leases: Set<String>, in tx: any SQLTransaction) throws {
        for lease in leases.sorted() {
            let row = try tx.first("SELECT id FROM nodes WHERE id = \(lease)\(raw: tx.dialect.keyShared)") { _ in true }
            guard row != nil else { throw Self.ended }
        }
    }

    /// Runs until `leave`: a process that drains still has its lease.
    package func start(cleanUp: @escaping @Sendable (String) async throws -> Void) {
        service.withLock { $0 = Task { await run(cleanUp: cleanUp) } }
    }

    /// Beats and watches the others until cancelled.
    ///
    /// - Parameter cleanUp: removes what an ended node left behind. May be called for one node by several others, and again when it
    ///   throws.
    package func run(cleanUp: @escaping @Sendable (String) async throws -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepBeating() }
            group.addTask { await self.watch(cleanUp) }
        }
    }

    /// Says that the process ends, so that others need not wait for its lease to run out.
    package func leave() async {
        let service = service.withLock { $0.take() }
        service?.cancel()
        await service?.value
        do {
            _ = try await end(id, lastBeat: nil)
        } catch {
            log.warning("this node's lease could not be given back; it runs out by itself", ["error": "\(error)"])
        }
    }

    /// Cleans up after all nodes that have ended so far. Returns how many.
    @discardableResult
    package func cleanUpEnded(_ cleanUp: @Sendable (String) async throws -> Void) async throws -> Int {
        let ended = try await database.read(.lookUp) { connection in
            try connection.all("SELECT id FROM ended_nodes ORDER BY id") { try $0[0] as String }
        }
        for node in ended {
            try await cleanUp(node)
            try await database.conclude { tx in _ = try tx.execute("DELETE FROM ended_nodes WHERE id = \(node)") }
        }
        return ended.count
    }

    /// What has become of a node.
    package enum Fate: Sendable {
        case running
        case ended
        /// It ended and was cleaned up, or never was.
        case unknown
    }

    package func fate(of node: String) async throws -> Fate {
        try await database.read(.lookUp) { connection in
            if try connection.exists("SELECT 1 FROM nodes WHERE id = \(node)") { return .running }
            return try connection.exists("SELECT 1 FROM ended_nodes WHERE id = \(node)") ? .ended : .unknown
        }
    }

    static let endedCode = "node-ended"

    private static let ended = Fault(
        .unavailable, endedCode,
        "This server was taken for dead while it did not run, so the call was given up and nothing was stored. Try again.",
        retryAfter: .seconds(1))
}

// The heartbeat and the watch.
extension Nodes {
    private func enter(_ id: String) async throws {
        try await database.write { [role] tx in
            _ = try tx.execute("INSERT INTO nodes (id, role, beat) VALUES (\(id), \(role.rawValue), 0)")
        }
    }

    private func keepBeating() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: settings.heartbeat)
            if Task.isCancelled { return }
            do {
                try await beat()
            } catch {
                log.warning("this node's heartbeat could not be written", ["error": "\(error)"])
            }
        }
    }

    /// One beat; joins again when the lease has ended.
    package func beat() async throws {
        let mine = id
        let isHeld = try await database.write { tx in
            try tx.execute("UPDATE nodes SET beat = beat + 1 WHERE id = \(mine)") == 1
        }
        if isHeld { return }
        let next = UUIDv7.shared.next()
        try await enter(next)
        current.withLock { $0 = next }
        joined(next)
        log.warning("this node did not run for longer than its lease and joined again", ["was": mine, "now": next])
    }

    private func watch(_ cleanUp: @Sendable (String) async throws -> Void) async {
        var watch = LeaseWatch(lease: settings.lease, every: settings.watch)
        while !Task.isCancelled {
            do {
                try await look(&watch)
                try await cleanUpEnded(cleanUp)
            } catch is CancellationError {
                return
            } catch {
                log.warning("ended nodes could not be looked for", ["error": "\(error)"])
            }
            try? await clock.sleep(for: settings.watch)
        }
    }

    private func look(_ watch: inout LeaseWatch) async throws {
        let beats = try await database.read(.lookUp) { connection in
            try connection.all("SELECT id, beat FROM nodes") { (try $0[0] as String, try $0[1] as Int64) }
        }
        var others = Dictionary(beats) { first, _ in first }
        others[id] = nil
        for node in watch.observe(others, at: clock.elapsed()) where try await end(node, lastBeat: others[node]) {
            log.warning("a node died; what it left is cleaned up", ["node": node])
        }
    }

    /// Ends a lease, if it has not beaten since. Returns whether it did.
    private func end(_ node: String, lastBeat: Int64?) async throws -> Bool {
        try await database.conclude { tx in
            let unless: SQL = lastBeat.map { " AND beat = \($0)" } ?? ""
            guard try tx.execute("DELETE FROM nodes WHERE id = \(node)" + unless) == 1 else { return false }
            try tx.execute("INSERT INTO ended_nodes (id) VALUES (\(node)) ON CONFLICT DO NOTHING")
            tx.notify(Notice(.nodeEnded, node))
            return true
        }
    }
}

extension NoticeTopic {
    /// The id of a node whose lease has ended.
    package static let nodeEnded = NoticeTopic("node-ended", .afterCommit)
}

/// The times of node leases. Lease, heartbeat and watch together stay under 15 s.
package struct NodeSettings: Sendable {
    /// A node whose beat stands still for this long is taken for dead.
    package var lease: Duration = .seconds(10)
    package var heartbeat: Duration = .seconds(2)
    package var watch: Duration = .milliseconds(1_500)

    package init() {}
}
