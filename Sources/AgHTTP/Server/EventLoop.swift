import AgBase
import CMicrohttpd
import Glibc
import Synchronization

/// One thread with its own listening socket, its own daemon of the library, and the handlers of its connections.
///
/// As a task executor it runs handlers inside the library's callbacks, so that one which never waits is answered
/// without a change of threads; after a wait it comes back to this thread.
// The plain variables are touched on the loop's thread only, once it runs; the inbox and the meter have their locks.
final class EventLoop: TaskExecutor, @unchecked Sendable {
    /// What other threads leave here.
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        var hasResumed = false
        var isSleeping = false
        var hasEnded = false
        var runningTasks = 0
    }

    let service: HTTPService
    let meter = Mutex(HTTPServerMetrics())
    private let inbox = Mutex(Inbox())
    private let wakeUp: WakeUp
    private var daemon: Daemon?
    private(set) var records: [ObjectIdentifier: ConnectionRecord] = [:]
    private var lingering = LingeringSockets()
    private(set) var isDraining = false
    private var lastTick = MonotonicTime.now
    private var whenStopped: (@Sendable () -> Void)?

    init(service: HTTPService) throws {
        self.service = service
        wakeUp = try WakeUp()
    }

    /// Starts the daemon on a listening socket, which it takes over, and the thread.
    func start(listener: Int32, index: Int, connections: Int, whenStopped: @escaping @Sendable () -> Void) throws {
        daemon = try Daemon(listener: listener, loop: self, connections: connections)
        self.whenStopped = whenStopped
        NamedThread.start("http-\(index)") { self.run() }
    }

    private func run() {
        while !(isDraining && records.isEmpty && lingering.isEmpty) { turn() }
        daemon?.stop()
        daemon = nil
        whenStopped?()
        whenStopped = nil
        finishTasks()
    }

    private func turn() {
        runCalls()
        runJobs()
        // Before the daemon's turn: what is resumed during it or later must keep us awake.
        inbox.withLock { $0.hasResumed = false }
        daemon?.turn()
        // The library cleans up after a closed connection a turn late and does not ask for that turn.
        let cap = isDraining ? 5 : Int(service.settings.tick.milliseconds)
        sleep(atMost: daemon?.timeout(cap: cap) ?? 0)
        tickIfDue()
    }

    private func sleep(atMost milliseconds: Int) {
        guard milliseconds > 0 else { return lingering.isEmpty ? () : lingering.turn(.now) }
        let maySleep = inbox.withLock { inbox in
            guard inbox.jobs.isEmpty, inbox.calls.isEmpty, !inbox.hasResumed else { return false }
            inbox.isSleeping = true
            return true
        }
        guard maySleep else { return }
        wakeUp.wait(for: daemon?.descriptor, and: lingering.polled, atMost: milliseconds)
        inbox.withLock { $0.isSleeping = false }
        if !lingering.isEmpty { lingering.turn(.now) }
    }

    private func tickIfDue() {
        let now = MonotonicTime.now
        guard now - lastTick >= service.settings.tick else { return }
        lastTick = now
        for record in records.values {
            record.beatHeart(now)
            let verdict = record.check(now, service.settings)
            guard verdict != .fine else { continue }
            service.log.debug("connection cut", ["reason": "\(verdict)", "peer": record.peer])
            if verdict != .idle { meter.withLock { $0.cutConnections += 1 } }
            record.cut()
        }
    }

    /// After the last connection: handlers of clients that went away may still be on their way out.
    private func finishTasks() {
        while inbox.withLock({ $0.runningTasks > 0 || !$0.jobs.isEmpty }) {
            runJobs()
            runCalls()
            let maySleep = inbox.withLock { inbox in
                inbox.isSleeping = inbox.jobs.isEmpty && inbox.runningTasks > 0
                return inbox.isSleeping
            }
            if maySleep { wakeUp.wait(for: nil, and: [], atMost: 1_000) }
        }
        inbox.withLock { $0.hasEnded = true }
    }
}

extension EventLoop {
    /// Rounds of jobs per call: one that puts itself back for ever must not keep the sockets waiting.
    private static let rounds = 64

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let (mustWake, hasEnded) = inbox.withLock { inbox in
            if inbox.hasEnded { return (false, true) }
            inbox.jobs.append(unowned)
            defer { inbox.isSleeping = false }
            return (inbox.isSleeping, false)
        }
        if mustWake { wakeUp.signal() }
        // A task that outlived the server.
        if hasEnded {
            NamedThread.start("http-late") { unsafe unowned.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// Runs what is ready, and what that makes ready. On the loop's thread only.
    func runJobs() {
        let executor = unsafe asUnownedTaskExecutor()
        for _ in 0..<Self.rounds {
            let jobs = inbox.withLock { inbox in
                defer { inbox.jobs = [] }
                return inbox.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { unsafe job.runSynchronously(on: executor) }
        }
    }

    /// Runs the closure on the loop's thread, soon.
    func perform(_ body: @escaping @Sendable () -> Void) {
        let mustWake = inbox.withLock { inbox in
            inbox.calls.append(body)
            defer { inbox.isSleeping = false }
            return inbox.isSleeping
        }
        if mustWake { wakeUp.signal() }
    }

    private func runCalls() {
        let calls = inbox.withLock { inbox in
            defer { inbox.calls = [] }
            return inbox.calls
        }
        for call in calls { call() }
    }

    /// Lets a held connection go on; from any thread. The library itself wakes nobody in this mode.
    func resume(_ connection: DaemonConnection) {
        connection.resume()
        let mustWake = inbox.withLock { inbox in
            inbox.hasResumed = true
            defer { inbox.isSleeping = false }
            return inbox.isSleeping
        }
        if mustWake { wakeUp.signal() }
    }

    func taskStarted() {
        inbox.withLock { $0.runningTasks += 1 }
    }

    func taskEnded() {
        inbox.withLock { $0.runningTasks -= 1 }
    }
}

extension EventLoop {
    func opened(_ connection: DaemonConnection) -> ConnectionRecord {
        let record = ConnectionRecord(connection)
        records[ObjectIdentifier(record)] = record
        meter.withLock { meter in
            meter.openConnections += 1
            meter.acceptedConnections += 1
        }
        return record
    }

    /// The socket is still open here and closed right after.
    func closed(_ record: ConnectionRecord) {
        if record.lingers { lingering.add(record.socket, now: .now) }
        records[ObjectIdentifier(record)] = nil
        meter.withLock { $0.openConnections -= 1 }
    }

    /// No new connections; those without a request are closed, the others after their answer.
    func drain() {
        isDraining = true
        daemon?.quiesce()
        for record in records.values {
            if record.isIdle { record.cut() } else { record.exchange?.endEndlessStream() }
        }
    }

    /// The grace is over: 503 for whoever waits.
    func giveUp() {
        for record in records.values { record.exchange?.giveUp() }
    }

    func cutAll() {
        for record in records.values { record.cut() }
        lingering.closeAll()
    }
}
