import AgBase
import AgHTTP
import AgJobs
import AgLibrary
import AgServer

/// One run of a worker: until a signal asks for its end.
struct WorkerRun: Sendable {
    private let library: Library
    private let settings: Settings
    private let host: ListenHost
    private let log: Log
    private let readiness: Readiness

    init(_ library: Library, _ settings: Settings, _ host: ListenHost, _ log: Log) {
        self.library = library
        self.settings = settings
        self.host = host
        self.log = log
        readiness = Readiness(of: library, log: log)
    }

    func run() async throws {
        // Before others can know that we run: a stop that is asked for then is heard.
        let signals = try StopSignals.take()
        let health = try HealthPort.open(settings, host, HealthDoor(library, readiness: readiness, log: log), log)
        let kinds = library.workedKinds.map(\.rawValue)
        log.info("working", ["kinds": kinds.joined(separator: ","), "version": Program.version])
        Output.write("Argentum \(Program.version) works on \(kinds.joined(separator: ", "))\n", to: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await library.run() }
            group.addTask { for await _ in signals { return } }
            let result = await group.nextResult()
            log.info("stopping")
            StopLimit.begin(grace: settings[required: ArgentumSettings.shutdownGrace], log)
            await readiness.stop()
            // Leases nothing from here on, and hands back at the end of the grace what still runs.
            group.cancelAll()
            try? await group.waitForAll()
            await health?.shutdown(grace: .milliseconds(500))
            try result?.get()
        }
        log.info("stopped")
    }
}

/// The port for monitoring.
enum HealthPort {
    /// Listens when `health-port` is set.
    static func open(_ settings: Settings, _ host: ListenHost, _ door: HealthDoor, _ log: Log) throws -> HTTPServer? {
        guard let port = settings[ArgentumSettings.healthPort] else { return nil }
        let server = door.server(host: host.name, port: port, log: log)
        do {
            let taken = try server.start()
            log.info("answering monitoring", ["url": "http://\(host.authority):\(taken)"])
        } catch let fault as Fault where ["address-in-use", "address-unavailable"].contains(fault.code) {
            throw Failure(.error, "\(fault.message) Choose another with --host and --health-port.")
        }
        return server
    }
}
