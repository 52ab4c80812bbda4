import AgBase
import AgTesting
import Glibc
import Synchronization

/// The real server on a free port with a data directory of its own. It may be stopped, killed and started again.
final class Server: Sendable {
    /// The one that the suite around a test has started.
    @TaskLocal static var shared: Server?

    static let token = "end-to-end-token-0123456789"

    private struct Running: Sendable {
        let process: ChildProcess
        let port: UInt16
    }

    let folder = TemporaryFolder()
    private let options: [String]
    private let launcher: [String]
    private let running = Mutex<Running?>(nil)
    private let starts = Mutex(0)

    var data: String { "\(folder.path)/data" }
    private var log: String { "\(folder.path)/server-\(starts.withLock { $0 }).log" }

    /// Starts one and waits until it is ready.
    ///
    /// - Parameter descriptors: how many files it may have open; `nil` as many as this process.
    static func start(_ options: [String] = [], descriptors: Int? = nil) async throws -> Server {
        let server = Server(options, descriptors)
        try await server.start()
        return server
    }

    private init(_ options: [String], _ descriptors: Int?) {
        self.options = options
        launcher = descriptors.map { ["/usr/bin/prlimit", "--nofile=\($0):\($0)", "--"] } ?? []
    }

    /// A test that failed half-way leaves its server running.
    deinit {
        running.withLock { $0 }?.process.send(SIGKILL)
    }

    /// Starts the program on the data directory as it is.
    func start() async throws {
        starts.withLock { $0 += 1 }
        try await chooseDatabase()
        // One that was killed leaves its note behind.
        unlink(note)
        let arguments =
            launcher + [Harness.program, "serve", "--port", "0", "--data", data, "--log-level", "debug"] + options
        let process = try await ChildProcess.start(
            arguments, environment: ["ARGENTUM_TOKEN": Self.token], output: log, errors: log)
        let deadline = Deadline.within(.seconds(30))
        let port = try await poll(process, until: deadline) { self.announcedPort }
        _ = try await poll(process, until: deadline) {
            let answer = try? await Client(port: port).get("/readyz")
            return answer?.status == 200 ? true : nil
        }
        running.withLock { $0 = Running(process: process, port: port) }
    }

    /// That of the engine that the test runs on, by the settings file, so that commands on the data directory find it too.
    private func chooseDatabase() async throws {
        let file = "\(data)/argentum.conf"
        guard Engine.current == .postgres, !options.contains("--database"), readText(file) == nil else { return }
        let url = try await PostgresForTests.schema(of: folder)
        mkdir(data, 0o700)
        try PrivateFile.write("database = \(url)\n", to: file)
    }

    /// As a service manager stops it: SIGTERM, and SIGKILL for one that does not listen.
    @discardableResult
    func stop() async throws -> ChildProcess.Ending {
        let process = try process
        process.send(SIGTERM)
        defer { process.send(SIGKILL) }
        return try await process.end(within: .seconds(30))
    }

    /// As the kernel ends a process that ate too much: nothing is finished, nothing is tidied.
    func kill() async throws {
        let process = try process
        process.send(SIGKILL)
        _ = try await process.end(within: .seconds(10))
    }

    var process: ChildProcess {
        get throws { try current.process }
    }

    /// Asks with the administrator's token.
    var client: Client {
        get throws { Client(port: try current.port, token: Self.token) }
    }

    /// Asks without any.
    var stranger: Client {
        get throws { Client(port: try current.port) }
    }

    /// What the server logged since its last start.
    var logText: String { readText(log) ?? "" }

    /// The end of it, for the message of a failure.
    var lastWords: String {
        logText.split(separator: "\n").filter { !$0.contains("request answered") }
            .suffix(25).joined(separator: "\n")
    }

    private var current: Running {
        get throws {
            guard let running = running.withLock({ $0 }) else { throw HarnessFailure("The server is not running.") }
            return running
        }
    }

    /// Where the server notes its address for the commands.
    private var note: String { "\(data)/server-url" }

    private var announcedPort: UInt16? {
        guard let text = readText(note), text.hasSuffix("\n") else { return nil }
        return text.dropLast().split(separator: ":").last.flatMap { UInt16($0) }
    }

    /// A process that starts has no way to call back, so it is looked at, a hundred times a second.
    private func poll<Result>(
        _ process: ChildProcess, until deadline: Deadline, _ look: () async throws -> Result?
    ) async throws -> Result {
        while true {
            if let result = try await look() { return result }
            if process.hasEnded { throw HarnessFailure("The server ended while it started:\n\(lastWords)") }
            if deadline.hasPassed { throw HarnessFailure("The server was not ready in time:\n\(lastWords)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
