internal import AgBase
internal import AgSQL

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
    private let rates: [JobKind: JobRate]
    /// Something may have changed: a job was queued, one has ended, or it is time to stop.
    let signal = Signal()
    /// The heartbeat is not to wait for its time.
    let pulse = Signal()

    /// - Parameters:
    ///   - slots: how many jobs run at once, by what they need.
    ///   - workerID: the worker's name.
    package init(
        queue: JobQueue, handlers: [any JobHandler], slots: JobSlots, workerID: String = UUIDv7.shared.next()
    ) {
        self.queue = queue
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { _, _ in
            preconditionFailure("Two handlers for one kind of job")
        }
        rates = self.handlers.compactMapValues(\.policy.rate)
        holder = LeaseHolder(id: UUIDv7.shared.next(), name: workerID)
        self.slots = Slots(slots: slots, policies: self.handlers.mapValues(\.policy))
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
        let subscriptions = [subscribeToJobs(), subscribeToLosses()]
        defer { for number in subscriptions { queue.database.notices.unsubscribe(number) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepBeating() }
            group.addTask { await self.watchOthers() }
            group.addTask { await self.keepTidy() }
            await work()
            await drain()
            group.cancelAll()
        }
    }

    private func subscribeToJobs() -> Int {
        let kinds = Set(handlers.keys.map(\.rawValue))
        return queue.database.notices.subscribe(to: .jobs) { [signal] arrival in
            if case .text(let kind) = arrival, !kind.isEmpty, !kinds.contains(kind) { return }
            signal.raise()
        }
    }

    private func subscribeToLosses() -> Int {
        queue.database.notices.subscribe(to: .lostJob) { [running, pulse] arrival in
            switch arrival {
            case .text(let id): if let id = JobID(untrusted: id) { running.stop(id, .lost) }
            // The heartbeat reads which jobs are still ours.
            case .missed: pulse.raise()
            }
        }
    }

    /// Leases and starts, until draining begins.
    private func work() async {
        var mayHaveWork = true
        var isInDoubt = false
        while !running.isDraining {
            let next = mayHaveWork || isInDoubt ? await leaseAndStart(&isInDoubt) : queue.settings.poll
            if running.isDraining { return }
            let moment = queue.clock.elapsed() + next
            await signal.wait(until: moment, queue.clock)
            mayHaveWork = queue.clock.elapsed() < moment ? true : await seesWork()
        }
    }

    /// No notice came: looks without the writer whether another process queued something or a wait is over.
    private func seesWork() async -> Bool {
        let openings = slots.openings(running: running.counts)
        do {
            return try await queue.hasDue(openings.flatMap(\.kinds.keys))
        } catch {
            queue.log.warning("the queue could not be read", ["error": "\(error)"])
            return false
        }
    }

    /// Returns how long to wait for a signal before looking again.
    ///
    /// - Parameter isInDoubt: whether a lease failed before. Its commit may have succeeded all the same, and then the table says that
    ///   we hold jobs without a handler; while we beat, no other worker would take them.
    private func leaseAndStart(_ isInDoubt: inout Bool) async -> Duration {
        var next = queue.settings.poll
        do {
            if isInDoubt { try await queue.giveBack(holder, except: running.fences) }
            isInDoubt = false
            for opening in slots.openings(running: running.counts) {
                let haul = try await queue.lease(opening.kinds, room: opening.room, rates: rates, for: holder)
                for job in haul.jobs { start(job) }
                next = min(next, max(haul.nextDue ?? next, .milliseconds(1)))
            }
            return next
        } catch {
            isInDoubt = true
            queue.log.warning("jobs could not be leased", ["error": "\(error)"])
            return queue.settings.poll
        }
    }
}
