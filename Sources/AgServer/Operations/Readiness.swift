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
    private static let patience: Duration = .seconds(4)

    private let checks: [ReadinessCheck]
    private let time: any TimeSource
    private let log: Log
    private var latest: (findings: [Finding], at: Timestamp)?
    private var running: Task<[Finding], Never>?
    private var isStopping = false

    package init(_ checks: [ReadinessCheck], time: any TimeSource, log: Log) {
        self.checks = checks
        self.time = time
        self.log = log
    }

    /// From now on we are not ready: a load balancer must send its requests elsewhere.
    package func stop() {
        isStopping = true
    }

    package func findings() async -> [Finding] {
        if isStopping { return [Finding(name: "stopping", code: Self.notReady)] }
        if let latest, time.now() - latest.at < Self.lifetime, time.now() >= latest.at { return latest.findings }
        let task = running ?? Task { [checks, log] in await Self.run(checks, log) }
        running = task
        let findings = await task.value
        running = nil
        latest = (findings, time.now())
        return findings
    }

    private static func run(_ checks: [ReadinessCheck], _ log: Log) async -> [Finding] {
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await run(check, log)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// A full disk is no secret: whoever uploads is told of it as well.
    private static func code(of error: any Error) -> String {
        guard let fault = (error as? any TellsFault)?.fault, fault.kind == .insufficientStorage else { return notReady }
        return fault.code
    }

    private static func run(_ check: ReadinessCheck, _ log: Log) async -> Finding {
        do {
            try await withDeadline(patience) { try await check.run() }
            return Finding(name: check.name)
        } catch {
            log.error("a readiness check failed", ["check": check.name, "error": "\(error)"])
            return Finding(name: check.name, code: code(of: error))
        }
    }
}

private struct TookTooLong: Error {}

/// Whichever ends first. The work is cancelled when its time is up, and must heed that.
private func withDeadline(_ limit: Duration, _ work: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TookTooLong()
        }
        defer { group.cancelAll() }
        try await group.next()
    }
}
