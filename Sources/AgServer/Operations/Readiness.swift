package import AgBase

/// Runs the readiness checks and remembers the result for a moment, so that anybody may ask as often as they like.
package actor Readiness {
    package struct Finding: Sendable, Hashable {
        package let name: String
        /// Why it is not good, for anybody: `not-ready`, or the code of what an operator can mend.
        package let code: String?

        package var isGood: Bool { code == nil }

        package init(name: String, code: String? = nil) {
            self.name = name
            self.code = code
        }
    }

    static let notReady = "not-ready"

    /// Longer than a load balancer's patience would be too long, shorter would write to the disk all the time.
    private static let lifetime: Duration = .seconds(5)
    /// A check that hangs is a check that failed.
    package static let patience: Duration = .seconds(4)

    private let checks: [ReadinessCheck]
    private let time: any TimeSource
    private let log: Log
    private let timeOut: @Sendable () async throws -> Void
    private var latest: (findings: [Finding], at: Timestamp)?
    private var running: Task<[Finding], Never>?
    /// Checks that have not returned yet, those that were given up among them. They are not started again, so that a disk
    /// that hangs for an hour holds one thread and not one per request.
    private var underWay: Set<String> = []
    private var isStopping = false

    /// - Parameter timeOut: returns when a check has had its time; four seconds unless a test says otherwise.
    package init(
        _ checks: [ReadinessCheck], time: any TimeSource, log: Log,
        timeOut: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: Readiness.patience) }
    ) {
        self.checks = checks
        self.time = time
        self.log = log
        self.timeOut = timeOut
    }

    /// From now on we are not ready: a load balancer must send its requests elsewhere.
    package func stop() {
        isStopping = true
    }

    package func findings() async -> [Finding] {
        if isStopping { return [Finding(name: "stopping", code: Self.notReady)] }
        if let latest, time.now() - latest.at < Self.lifetime, time.now() >= latest.at { return latest.findings }
        let task = running ?? Task { await run() }
        running = task
        let findings = await task.value
        running = nil
        latest = (findings, time.now())
        return findings
    }

    private func run() async -> [Finding] {
        // All at once; each of them ends in time.
        let tasks = checks.map { check in Task { await run(check) } }
        var findings: [Finding] = []
        for task in tasks { findings.append(await task.value) }
        return findings
    }

    /// A full disk is no secret: whoever uploads is told of it as well.
    private static func code(of error: any Error) -> String {
        guard let fault = (error as? any TellsFault)?.fault, fault.kind == .insufficientStorage else { return notReady }
        return fault.code
    }

    private func run(_ check: ReadinessCheck) async -> Finding {
        guard underWay.insert(check.name).inserted else { return Finding(name: check.name, code: Self.notReady) }
        do {
            try await withDeadline(timeOut) { try await self.finish(check) }
            return Finding(name: check.name)
        } catch {
            log.error("a readiness check failed", ["check": check.name, "error": "\(error)"])
            return Finding(name: check.name, code: Self.code(of: error))
        }
    }

    private func finish(_ check: ReadinessCheck) async throws {
        defer { underWay.remove(check.name) }
        try await check.run()
    }
}

private struct TookTooLong: Error, CustomStringConvertible {
    let description = "It did not return in time."
}

/// Whichever ends first. Work whose time is up is cancelled and left behind: a write to a disk that hangs cannot be
/// interrupted, and a task group would wait for it.
private func withDeadline(
    _ timeOut: @escaping @Sendable () async throws -> Void, _ work: @escaping @Sendable () async throws -> Void
) async throws {
    let first = Promise<Result<Void, any Error>>()
    let worker = Task {
        do {
            try await work()
            first.resolve(.success(()))
        } catch {
            first.resolve(.failure(error))
        }
    }
    let timer = Task {
        do { try await timeOut() } catch { return }
        first.resolve(.failure(TookTooLong()))
        worker.cancel()
    }
    Task {
        await worker.value
        timer.cancel()
    }
    try await first.value.get()
}
