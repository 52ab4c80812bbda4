import AgBase
import AgTesting
import Glibc

/// A real worker process, with a port for monitoring.
final class Worker: Sendable {
    let process: ChildProcess
    let port: UInt16
    private let log: String

    /// Starts one and waits until it works. Its log is kept in `folder`.
    static func start(_ options: [String], in folder: TemporaryFolder) async throws -> Worker {
        let log = "\(folder.path)/worker-\(UUIDv7.shared.next()).log"
        let process = try await ChildProcess.start(
            [Harness.program, "worker", "--health-port", "0", "--log-level", "debug"] + options, output: log,
            errors: log)
        let deadline = Deadline.within(.seconds(30))
        while true {
            if let text = readText(log), text.contains(" works on "), let port = Self.port(text) {
                return Worker(process, port, log)
            }
            guard !process.hasEnded, !deadline.hasPassed else {
                process.send(SIGKILL)
                throw HarnessFailure("The worker did not start:\n\(readText(log) ?? "")")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private init(_ process: ChildProcess, _ port: UInt16, _ log: String) {
        self.process = process
        self.port = port
        self.log = log
    }

    deinit {
        process.send(SIGKILL)
    }

    var logText: String { readText(log) ?? "" }

    /// Asks its port for monitoring.
    var monitor: Client { Client(port: port) }

    @discardableResult
    func stop(within limit: Duration = .seconds(30)) async throws -> ChildProcess.Ending {
        process.send(SIGTERM)
        defer { process.send(SIGKILL) }
        return try await process.end(within: limit)
    }

    private static func port(_ text: String) -> UInt16? {
        let line = text.split(separator: "\n").first { $0.contains("answering monitoring") }
        let digits = line?.split(separator: "127.0.0.1:").last?.prefix { $0.isNumber }
        return digits.flatMap { UInt16($0) }
    }
}
