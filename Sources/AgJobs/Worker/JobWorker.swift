internal import AgBase

/// Takes jobs from the queue and runs them.
///
/// A worker that starts under the name of an earlier one takes over what that one had: give each running process
/// its own name, and the same one after a restart.
package final class JobWorker: Sendable {
    let queue: JobQueue
    let handlers: [JobKind: any JobHandler]
    let holder: LeaseHolder
    let running = RunningJobs()
    let slots: Slots
    /// Something may have changed: a job was queued, one has ended, or it is time to stop.
    let signal = Signal()

    /// - Parameter concurrency: how many jobs run at once, over all kinds.
    package init(queue: JobQueue, handlers: [any JobHandler], concurrency: Int, workerID: String = UUIDv7.shared.next())
    {
        self.queue = queue
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { _, _ in
            preconditionFailure("Two handlers for one kind of job")
        }
        holder = LeaseHolder(id: UUIDv7.shared.next(), name: workerID)
        slots = Slots(total: max(1, concurrency), limits: self.handlers.mapValues(\.policy.concurrency))
    }

    /// Works until the task is cancelled, then drains: takes nothing new, lets what runs go on for a while, and
    /// puts the rest back into the queue at no cost. Throws when the queue cannot be reached at the start.
    package func run() async throws {
        // A task of its own, because cancelling this one must begin the draining and not break it off.
        let service = Task { try await serve() }
        try await withTaskCancellationHandler {
            try await service.value
        } onCancel: {
            running.startDraining()
            signal.raise()
        }
    }

    private func serve() async throws {
        try await queue.succeed(holder)
        let ear = queue.bell.add(
            JobBell.Listener { [signal] in
                signal.raise()
            } onCancel: { [running] ids in
                for id in ids { running.stop(id, .lost) }
            })
        defer { queue.bell.remove(ear) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepBeating() }
            group.addTask { await self.watchOthers() }
            group.addTask { await self.keepTidy() }
            await work()
            await drain()
            group.cancelAll()
        }
    }

    /// Leases and starts, until draining begins.
    private func work() async {
        var mayHaveWork = true
        while !running.isDraining {
            let next = mayHaveWork ? await leaseAndStart() : queue.settings.poll
            if running.isDraining { return }
            let moment = queue.clock.elapsed() + next
            await signal.wait(until: moment, queue.clock)
            mayHaveWork = queue.clock.elapsed() < moment ? true : await seesWork()
        }
    }

    /// Nobody called: looks without the writer whether another process queued something or a wait is over.
    private func seesWork() async -> Bool {
        let free = slots.free(running: running.counts)
        do {
            return try await queue.hasDue(Array(free.keys))
        } catch {
            queue.log.warning("the queue could not be read", ["error": "\(error)"])
            return false
        }
    }

    /// Returns how long to wait for a signal before looking again.
    private func leaseAndStart() async -> Duration {
        let counts = running.counts
        let free = slots.free(running: counts)
        guard !free.isEmpty else { return queue.settings.poll }
        do {
            let haul = try await queue.lease(free, room: slots.room(running: counts), for: holder)
            for job in haul.jobs { start(job) }
            return min(max(haul.nextDue ?? queue.settings.poll, .milliseconds(1)), queue.settings.poll)
        } catch {
            queue.log.warning("jobs could not be leased", ["error": "\(error)"])
            return queue.settings.poll
        }
    }
}
