import AgBase
import CCurl
import Glibc
import Synchronization

/// One thread that runs libcurl for all transfers of a client. Connections are kept and used again.
///
/// libcurl's handles are touched on this thread alone, except for the wake-up, which is made for other threads.
@safe final class CurlLoop: Sendable {
    private enum Command {
        case start(Transfer)
        case resume(Transfer)
        case cancel(Transfer)
    }

    private struct State {
        var commands: [Command] = []
        var isClosed = false
        /// The handle lives as long as the thread; nothing may wake it afterwards.
        var isGone = false
    }

    let settings: RemoteSettings
    // Used on the loop's thread; other threads only call curl_multi_wakeup, and only with `state` locked and not gone.
    nonisolated(unsafe) private let multi: UnsafeMutableRawPointer
    private let state = Mutex(State())

    /// Throws `RemoteError` when libcurl cannot start.
    init(_ settings: RemoteSettings) throws(RemoteError) {
        guard Self.isLibraryReady, let multi = unsafe curl_multi_init() else { throw .internalError("curl_multi_init") }
        self.settings = settings
        unsafe self.multi = unsafe multi
        unsafe ccurl_set_multi_long(multi, CURLMOPT_MAXCONNECTS, settings.idleConnections)
        unsafe ccurl_set_multi_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, settings.connectionsPerHost)
    }

    /// libcurl's own set-up, once and before its first use.
    private static let isLibraryReady: Bool = ccurl_start() == CURLE_OK

    /// Starts the thread. It holds the loop until `close`.
    func run() {
        NamedThread.start("remotes") { self.runUntilClosed() }
    }

    func start(_ transfer: Transfer) { add(.start(transfer)) }
    func resume(_ transfer: Transfer) { add(.resume(transfer)) }
    func cancel(_ transfer: Transfer) { add(.cancel(transfer)) }

    /// Ends the thread and every transfer that is left.
    func close() {
        state.withLock { state in
            state.isClosed = true
            wake(state)
        }
    }

    private func add(_ command: Command) {
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            // The first one wakes the thread, which takes all.
            if state.commands.isEmpty { wake(state) }
            state.commands.append(command)
            return false
        }
        if isClosed, case .start(let transfer) = command { transfer.end(.failure(Self.closed)) }
    }

    private func wake(_ state: State) {
        if !state.isGone { unsafe curl_multi_wakeup(multi) }
    }

    private static let closed = RemoteError(.internal, "The client is closed.", isUnsent: true)

    // MARK: - The thread

    private func runUntilClosed() {
        blockBrokenPipe()
        var running: [ObjectIdentifier: EasyTransfer] = [:]
        while let commands = nextCommands() {
            for command in commands { handle(command, &running) }
            var active: Int32 = 0
            unsafe curl_multi_perform(multi, &active)
            finishDone(&running)
            let pause = endIdle(&running)
            unsafe curl_multi_poll(multi, nil, 0, Int32(pause.milliseconds), nil)
        }
        for transfer in running.values { remove(transfer, .failure(Self.closed)) }
        state.withLock { $0.isGone = true }
        unsafe curl_multi_cleanup(multi)
    }

    /// TLS libraries write to sockets without a flag against SIGPIPE; the signal is the writing thread's.
    private func blockBrokenPipe() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func nextCommands() -> [Command]? {
        let (commands, isClosed) = state.withLock { state in
            defer { state.commands = [] }
            return (state.commands, state.isClosed)
        }
        guard isClosed else { return commands }
        for case .start(let transfer) in commands { transfer.end(.failure(Self.closed)) }
        return nil
    }

    private func handle(_ command: Command, _ running: inout [ObjectIdentifier: EasyTransfer]) {
        switch command {
        case .start(let transfer):
            do {
                let easy = try EasyTransfer(transfer, settings)
                guard unsafe curl_multi_add_handle(multi, easy.handle) == CURLM_OK else {
                    throw RemoteError.internalError("curl_multi_add_handle")
                }
                running[ObjectIdentifier(transfer)] = easy
            } catch {
                transfer.end(.failure(error))
            }
        case .resume(let transfer): running[ObjectIdentifier(transfer)]?.resume()
        case .cancel(let transfer):
            guard let easy = running.removeValue(forKey: ObjectIdentifier(transfer)) else { return }
            remove(easy, .failure(CancellationError()))
        }
    }

    private func finishDone(_ running: inout [ObjectIdentifier: EasyTransfer]) {
        var code = CURLE_OK
        while let handle = unsafe ccurl_next_done(multi, &code) {
            let easy = unsafe EasyTransfer.owner(of: handle)
            running[ObjectIdentifier(easy.transfer)] = nil
            remove(easy, easy.result(code))
        }
    }

    /// Ends what was silent for too long. Returns how long the thread may sleep.
    private func endIdle(_ running: inout [ObjectIdentifier: EasyTransfer]) -> Duration {
        let now = ContinuousClock.now
        var pause = Duration.seconds(60)
        for (id, easy) in running {
            let left = easy.idleTime(left: now)
            if left <= .zero {
                running[id] = nil
                remove(easy, .failure(easy.idleError))
            } else {
                // Rounded up, so that the thread does not wake just before the end.
                pause = min(pause, left + .milliseconds(1))
            }
        }
        return pause
    }

    private func remove(_ easy: EasyTransfer, _ result: Result<Void, any Error>) {
        unsafe curl_multi_remove_handle(multi, easy.handle)
        easy.transfer.end(result)
    }
}
