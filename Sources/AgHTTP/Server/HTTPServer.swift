package import AgBase
import Glibc
import Synchronization

/// An HTTP/1.1 server: listens, reads requests, runs the handler, sends what it answers.
///
/// Starting it makes the process ignore SIGPIPE, as any server must.
package final class HTTPServer: Sendable {
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse
    /// An answer that is there already; `nil` leaves the request to the handler.
    package typealias ReadyAnswer = @Sendable (HTTPRequestHead) -> ReadyResponse?

    /// Adds what every answer carries to one that the server gives by itself: to a head that it refuses, or in the place of a
    /// handler that did not answer. The head is `nil` when it could not be read.
    package typealias Finish = @Sendable (inout HTTPResponse, HTTPRequestHead?) -> Void

    private struct State {
        var loops: [EventLoop] = []
        var port = 0
        var isStarted = false
        var isStopping = false
        var unstopped = 0
    }

    private let service: HTTPService
    private let state = Mutex(State())
    private let lastLoopStopped = Promise<Void>()

    /// - Parameters:
    ///   - files: how files that are answers are read.
    ///   - ready: asked first for each request without a body, on its loop's thread and without a task: it must not wait.
    ///   - finish: completes the answers that no handler gives.
    ///   - handler: answers all others.
    package init(
        settings: HTTPServerSettings, log: Log, files: any FileAccess = PageCache(),
        ready: @escaping ReadyAnswer = { _ in nil },
        finish: @escaping Finish = { _, _ in }, handler: @escaping Handler
    ) {
        service = HTTPService(
            settings: settings, log: log, files: files, ready: ready, finish: finish, handler: handler)
    }

    /// Listens and serves from now on; returns the port. A second call only returns it.
    ///
    /// Throws `Fault` `address-in-use` or `address-unavailable`.
    @discardableResult
    package func start() throws -> Int {
        try state.withLock { state in
            if state.isStarted { return state.port }
            signal(SIGPIPE, SIG_IGN)
            let sockets = try ListeningSockets(
                host: service.settings.host, port: service.settings.port, count: loopCount)
            state.port = sockets.port
            state.loops = try sockets.descriptors.enumerated().map { try startLoop($0.offset, $0.element) }
            state.unstopped = state.loops.count
            state.isStarted = true
            return state.port
        }
    }

    /// Serves until it is shut down; a cancelled task shuts it down. Throws what `start` throws.
    package func run() async throws {
        try start()
        await withTaskCancellationHandler {
            await stopped()
        } onCancel: {
            let grace = service.settings.shutdownGrace
            Task { await self.shutdown(grace: grace) }
        }
    }

    /// Stops listening, lets requests in flight finish for as long as `grace`, answers the rest with 503, and returns
    /// when no connection is left. Streams that have no end of their own end at once.
    package func shutdown(grace: Duration) async {
        let loops: [EventLoop] = state.withLock { state in
            guard !state.isStopping else { return [] }
            state.isStopping = true
            return state.loops
        }
        for loop in loops { loop.perform { loop.drain() } }
        let reaper = Task { await Self.hurry(loops, after: grace) }
        await stopped()
        reaper.cancel()
    }

    /// Counters of all loops together.
    package var metrics: HTTPServerMetrics {
        state.withLock { $0.loops }.reduce(into: HTTPServerMetrics()) { sum, loop in
            sum.add(loop.meter.withLock { $0 })
        }
    }

    /// How long an answer may take to be sent once the grace is over.
    private static let farewell = Duration.seconds(2)

    private static func hurry(_ loops: [EventLoop], after grace: Duration) async {
        do {
            try await Task.sleep(for: grace)
            for loop in loops { loop.perform { loop.giveUp() } }
            try await Task.sleep(for: farewell)
            for loop in loops { loop.perform { loop.cutAll() } }
        } catch {
            // Cancelled: everyone was done in time.
        }
    }

    private var loopCount: Int {
        guard service.settings.loops == 0 else { return service.settings.loops }
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return cores <= 2 ? 1 : cores / 2
    }

    private func startLoop(_ index: Int, _ listener: Int32) throws -> EventLoop {
        let loop = try EventLoop(service: service)
        let share = max(1, service.settings.maxConnections / loopCount)
        try loop.start(listener: listener, index: index, connections: share) { [self] in loopStopped() }
        return loop
    }

    private func loopStopped() {
        let isLast = state.withLock { state in
            state.unstopped -= 1
            return state.unstopped == 0
        }
        if isLast { lastLoopStopped.resolve() }
    }

    private func stopped() async {
        let mustWait = state.withLock { $0.isStarted && $0.unstopped > 0 }
        if mustWait { await lastLoopStopped.value }
    }
}
