import AgBase
import Synchronization

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

    /// Runs the closure on the loop's thread, soon; not at all once the loop has ended.
    func perform(_ body: @escaping @Sendable () -> Void) {
        let mustWake = inbox.withLock { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.calls.append(body)
            defer { inbox.isSleeping = false }
            return inbox.isSleeping
        }
        if mustWake { wakeUp.signal() }
    }

    func runCalls() {
        let calls = inbox.withLock { inbox in
            defer { inbox.calls = [] }
            return inbox.calls
        }
        for call in calls { call() }
    }

    /// Lets a held connection go on; from any thread. The library itself wakes no loop in this mode.
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
