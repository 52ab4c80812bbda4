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
    struct Inbox {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        var hasResumed = false
        var isSleeping = false
        var hasEnded = false
        var runningTasks = 0
    }

    let service: HTTPService
    let meter = Mutex(HTTPServerMetrics())
    let inbox = Mutex(Inbox())
    let wakeUp: EventDescriptor
    var daemon: Daemon?
    var records: [ObjectIdentifier: ConnectionRecord] = [:]
    var lingering = LingeringSockets()
    var isDraining = false
    private var lastTick = SuspendingClock.now
    private var whenStopped: (@Sendable () -> Void)?

    init(service: HTTPService) throws {
        self.service = service
        wakeUp = try .wakeUp()
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
        let now = SuspendingClock.now
        guard now - lastTick >= service.settings.tick else { return }
        lastTick = now
        for record in records.values {
            record.beatHeart(now)
            record.exchange?.checkDeadline(now)
            let verdict = record.check(now, service.settings)
            guard verdict != .fine else { continue }
            noteCut(record, verdict)
            if verdict != .idle { meter.withLock { $0.cutConnections += 1 } }
            record.cut(reset: verdict == .slowReader)
        }
    }

    /// After the last connection: handlers of clients that went away may still be on their way out.
    private func finishTasks() {
        while !inbox.withLock({ Self.endIfIdle(&$0) }) {
            runJobs()
            let maySleep = inbox.withLock { inbox in
                inbox.isSleeping = inbox.jobs.isEmpty && inbox.runningTasks > 0
                return inbox.isSleeping
            }
            if maySleep { wakeUp.wait(for: nil, and: [], atMost: 1_000) }
        }
    }

    private static func endIfIdle(_ inbox: inout Inbox) -> Bool {
        guard inbox.runningTasks == 0, inbox.jobs.isEmpty else { return false }
        inbox.hasEnded = true
        // They hold this loop, which would hold them.
        inbox.calls = []
        return true
    }
}
