import AgBase
import AgHTTP
import AgLibrary
import AgServer

/// One run of the server: from the first request to the last one that is waited for.
struct ServerRun: Sendable {
    private let library: Library
    private let settings: Settings
    private let host: ListenHost
    private let log: Log
    private let readiness: Readiness
    private let server: HTTPServer
    private let health: HealthDoor

    init(_ library: Library, _ settings: Settings, _ edge: EdgeSettings, _ log: Log) {
        host = edge.host
        self.library = library
        self.settings = settings
        self.log = log
        let readiness = Readiness(of: library, log: log)
        self.readiness = readiness
        let metrics = Metrics()
        let application = Application(
            library, readiness: readiness, metrics: metrics, publicURL: settings[ArgentumSettings.publicURL],
            rateLimits: RateLimits(
                perToken: settings[required: ArgentumSettings.rateLimit],
                perStranger: settings[required: ArgentumSettings.rateLimitAnonymous]),
            cors: edge.cors, downloadSeats: DescriptorLimit.raise().downloads, log: log)
        server = HTTPServer(
            settings: Self.serverSettings(settings, edge, log), log: log, ready: application.readyAnswer,
            finish: { application.finish(&$0, $1) }, handler: { await application.respondAnew(to: $0) })
        metrics.watch(server)
        health = HealthDoor(library, readiness: readiness, metrics: metrics, log: log)
    }

    private static func serverSettings(_ settings: Settings, _ edge: EdgeSettings, _ log: Log) -> HTTPServerSettings {
        var server = HTTPServerSettings(
            host: edge.host.name, port: settings[required: ArgentumSettings.port])
        server.shutdownGrace = settings[required: ArgentumSettings.shutdownGrace]
        server.trustedProxies = edge.trustedProxies
        let (most, isLessThanSet) = DescriptorLimit.raise().connections(
            wanted: settings[ArgentumSettings.maxConnections])
        server.maxConnections = most
        if isLessThanSet {
            log.warning("fewer connections than set, for want of descriptors", ["most": server.maxConnections])
        }
        return server
    }

    /// Serves until a signal asks for the end, or a part fails.
    func run() async throws {
        let folder = settings[required: ArgentumSettings.data]
        let token = try await AdminTokenTurn.with(folder, isShared: library.sharesDatabase) {
            try await library.access.ensureAdminToken(in: folder)
        }
        // Before anybody can know that we run: whoever asks us to stop then is heard.
        let signals = try StopSignals.take()
        let port = try server.start()
        let healthServer = try HealthPort.open(settings, host, health, log)
        let local = "http://\(host.authority):\(port)"
        try ServerNote.write(local, in: folder)
        defer { ServerNote.remove(local, in: folder) }
        tell(local, await signInCode(token))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await library.run() }
            group.addTask { for await _ in signals { return } }
            // Whichever ends first: a signal, or a worker that cannot go on.
            let result = await group.nextResult()
            log.info("stopping")
            StopLimit.begin(grace: settings[required: ArgentumSettings.shutdownGrace], log)
            await readiness.stop()
            // Both drains begin together and share the grace: no job is leased while the last requests are answered.
            group.cancelAll()
            await server.shutdown(grace: settings[required: ArgentumSettings.shutdownGrace])
            try? await group.waitForAll()
            await healthServer?.shutdown(grace: .milliseconds(500))
            try result?.get()
        }
        log.info("stopped")
    }

    /// `nil` on a full disk: the server starts all the same, so that something can be deleted.
    private func signInCode(_ token: String) async -> String? {
        do {
            return try await library.access.signInCode(token: token)
        } catch {
            log.warning("no sign-in link could be made", ["error": "\(error)"])
            return nil
        }
    }

    private func tell(_ local: String, _ code: String?) {
        let address = settings[ArgentumSettings.publicURL] ?? local
        log.info("listening", ["url": local, "version": Program.version])
        let link = code.map { "Sign in (once, within 15 minutes): \(address)\(signInPath)#\($0)\n" }
        Output.write("Argentum \(Program.version) listens on \(address)\n\(link ?? "")", to: 1)
    }
}
