internal import AgBase
internal import Synchronization

/// The one connection that writes, on its own thread.
///
/// Group commit: whatever waits when the thread comes back from the disk shares the next commit, so the cost of
/// an fsync is divided among all who wait for one.
final class SQLiteWriter: Sendable {
    private struct State {
        var waiting: [SQLWrite] = []
        var isScheduled = false
        var isClosed = false
    }

    /// Commits so far; tests and metrics read it.
    let commits = Atomic<Int>(0)

    private let state = Mutex(State())
    private let thread = WorkThread("sql-writer")
    private let hooks = WorkThread("sql-after")
    private let group: SQLiteGroup
    private let notices: Notices

    init(path: String, _ settings: SQLiteSettings, notices: Notices) throws {
        self.notices = notices
        group = try SQLiteGroup(SQLiteConnection(path: path, role: .writer, settings), settings)
    }

    /// Writes that wait for the next commit.
    var waiting: Int { state.withLock(\.waiting.count) }

    func add(_ write: SQLWrite) {
        let (isRefused, isFirst) = state.withLock { state in
            if state.isClosed { return (true, false) }
            state.waiting.append(write)
            defer { state.isScheduled = true }
            return (false, !state.isScheduled)
        }
        if isRefused { return write.finish(SQLError(.closed, "The database is closed.")) }
        if isFirst { thread.add { self.work() } }
    }

    /// Refuses new writes, finishes the queued ones and their hooks, and closes the file.
    func close() async {
        let wasOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard wasOpen else { return }
        await thread.drain()
        thread.add { self.group.close() }
        await thread.drain()
        await hooks.drain()
    }

    /// On the writer's thread: commits group after group until nobody waits.
    private func work() {
        while true {
            let writes = state.withLock { state in
                if state.waiting.isEmpty { state.isScheduled = false }
                defer { state.waiting.removeAll(keepingCapacity: true) }
                return state.waiting
            }
            if writes.isEmpty { return }
            commit(writes[...])
        }
    }

    private func commit(_ writes: ArraySlice<SQLWrite>) {
        var rest = writes
        while !rest.isEmpty {
            let outcome = group.run(rest)
            rest = rest.dropFirst(outcome.taken)
            if outcome.isCommitted { commits.add(1, ordering: .relaxed) }
            for notice in outcome.notices { notice() }
            notices.deliver(outcome.signals, at: .beforeAnswer)
            let (bodies, signals) = (outcome.hooks, outcome.signals)
            if !bodies.isEmpty || !signals.isEmpty {
                hooks.add { [notices] in
                    for body in bodies { body() }
                    notices.deliver(signals, at: .afterCommit)
                }
            }
            for answer in outcome.answers { answer() }
        }
    }
}
