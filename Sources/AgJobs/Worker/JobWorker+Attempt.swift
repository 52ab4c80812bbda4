internal import AgBase
internal import AgModel

extension JobWorker {
    /// Gives the job a task, which `running` owns until it ends.
    func start(_ job: JobRecord) {
        guard let handler = handlers[job.kind] else { return }
        running.add(job)
        let begin = queue.clock.elapsed()
        let task = Task { await self.attempt(job, handler, begin) }
        running.attach(task, to: job)
    }

    private func attempt(_ job: JobRecord, _ handler: any JobHandler, _ begin: Duration) async {
        let timer = Task { await self.watch(job, handler.policy, begin) }
        defer { timer.cancel() }
        let active = ActiveJob(job, queue)
        let outcome: Outcome
        do {
            outcome = .done(try await handler.run(active))
        } catch {
            outcome = judge(error, job, handler.policy)
        }
        if await settle(job, outcome, handler.policy, begin) { await active.runEndings() }
        forget(job)
    }

    private func forget(_ job: JobRecord) {
        running.remove(job)
        queue.progress.forget(job.id)
        signal.raise()
    }

    private func judge(_ error: any Error, _ job: JobRecord, _ policy: JobPolicy) -> Outcome {
        switch running.reason(job) {
        case .timeout: return .failed(Self.timeout(policy))
        case .lost, .drain: return .dropped
        case nil: break
        }
        if error is LeaseLost { return .dropped }
        let failure = JobFailure(error)
        if let cause = failure.cause {
            queue.log.warning(
                "a job's attempt failed",
                ["job_id": job.id, "kind": job.kind, "code": failure.code, "error": "\(cause)"])
        }
        return .failed(failure)
    }

    private static func timeout(_ policy: JobPolicy) -> JobFailure {
        JobFailure(.timeout, "timed-out", "The job took longer than \(policy.timeout.inSeconds) s.")
    }

    /// Writes the outcome down, again and again while the database is away and the job is ours. Returns whether the job
    /// is completed.
    @discardableResult
    private func settle(
        _ job: JobRecord, _ outcome: Outcome, _ policy: JobPolicy, _ begin: Duration
    ) async -> Bool {
        var ending = Ending(outcome)
        while true {
            do {
                try await write(job, ending.outcome, policy, queue.clock.elapsed() - begin)
                return ending.isCompletion
            } catch is LeaseLost {
                return false
            } catch {
                queue.log.warning("a job's outcome could not be written", ["job_id": job.id, "error": "\(error)"])
                switch ending.next(after: error) {
                case .atOnce: break
                case .later: await pause()
                case .never:
                    queue.log.error("a job's failure is refused by the database", ["job_id": job.id, "kind": job.kind])
                    return false
                }
            }
            if running.reason(job) == .lost || running.reason(job) == .drain { return false }
        }
    }

    private func pause() async {
        // In a task of its own: in a cancelled one a sleep ends at once, and the loop around it would spin.
        let clock = queue.clock
        await Task { try? await clock.sleep(for: .seconds(1)) }.value
    }

    private func write(_ job: JobRecord, _ outcome: Outcome, _ policy: JobPolicy, _ duration: Duration) async throws {
        switch outcome {
        case .dropped: return
        case .done(let effect): try await queue.complete(job, duration: duration, effect: effect)
        case .failed(let failure):
            try await queue.fail(job, verdict(failure, job, policy), duration: duration)
        }
    }

    private func verdict(_ failure: JobFailure, _ job: JobRecord, _ policy: JobPolicy) -> Verdict {
        var history = job.history
        history.maxAttempts = min(history.maxAttempts, policy.maxAttempts ?? .max)
        let judge = Judge(queue.settings, base: policy.backOffBase)
        return judge.verdict(on: failure, history, chance: .random(in: 0..<1))
    }

    /// Stops the attempt at its deadline, and writes it off if it does not listen. Its slot stays taken until its handler
    /// returns: the work that the slot stands for goes on.
    private func watch(_ job: JobRecord, _ policy: JobPolicy, _ begin: Duration) async {
        do {
            try await queue.clock.sleep(until: begin + policy.timeout)
            running.stop(job, .timeout)
            try await queue.clock.sleep(for: queue.settings.cancelGrace)
        } catch {
            return
        }
        // One that was stopped for another reason is settled where it was stopped.
        guard running.reason(job) == .timeout else { return }
        queue.log.error(
            "a job ignores its deadline; its slot stays taken until it ends", ["job_id": job.id, "kind": job.kind])
        await settle(job, .failed(Self.timeout(policy)), policy, begin)
    }
}
