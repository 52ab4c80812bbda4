import AgBase
import AgHTTP
import Glibc
import Synchronization

/// Threads for clients that block.
private let clients = BlockingPool(threads: 24, name: "client")

func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await clients.run(body)
}

/// Runs a real server on a free port around a body; it has stopped when this returns.
func withServer<Value: Sendable>(
    _ tune: (inout HTTPServerSettings) -> Void = { _ in }, log: Log = Log(to: SilentSink()),
    routes: (inout Router) -> Void,
    _ body: (HTTPServer, Int) async throws -> Value
) async throws -> Value {
    var router = Router(log: log)
    routes(&router)
    let finished = router
    return try await withServer(tune, log: log, handler: { await finished.respond(to: $0) }, body)
}

func withServer<Value: Sendable>(
    _ tune: (inout HTTPServerSettings) -> Void = { _ in }, log: Log = Log(to: SilentSink()),
    files: any FileAccess = PageCache(), ready: @escaping HTTPServer.ReadyAnswer = { _ in nil },
    handler: @escaping HTTPServer.Handler,
    _ body: (HTTPServer, Int) async throws -> Value
) async throws -> Value {
    var settings = HTTPServerSettings(host: "127.0.0.1", port: 0)
    settings.tick = .milliseconds(10)
    settings.peerCheck = .milliseconds(20)
    tune(&settings)
    let server = HTTPServer(settings: settings, log: log, files: files, ready: ready, handler: handler)
    let port = try server.start()
    do {
        let value = try await body(server, port)
        await server.shutdown(grace: .milliseconds(200))
        return value
    } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
}

/// A file without a name, which holds these bytes.
func namelessFile(_ bytes: [UInt8]) throws -> OpenFile {
    var template = Array("/tmp/argentum-http-XXXXXX".utf8CString)
    let file = OpenFile(adopting: try sys("mkstemp") { mkstemp(&template) })
    unlink(template)
    var written = 0
    while written < bytes.count {
        written += try sys("write") {
            bytes.withUnsafeBytes { write(file.descriptor, $0.baseAddress! + written, bytes.count - written) }
        }
    }
    return file
}

/// A door that is shut until it is opened; whoever waits is let through then.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Keeps log lines for a test to look at.
final class LogLines: LogSink {
    private let lines = Mutex<[LogLine]>([])

    func write(_ line: LogLine) { lines.withLock { $0.append(line) } }

    var all: [LogLine] { lines.withLock { $0 } }
}

/// A client that is handed from one blocking call to the next.
struct Unchecked<Value>: @unchecked Sendable {
    // Used by one thread at a time: each call is awaited before the next.
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}

/// Waits, by asking again and again, for something that another thread brings about; the suite's time limit ends it.
func until(_ isSo: () throws -> Bool) async throws {
    while try !isSo() { await Task.yield() }
}

/// The name of the thread that this runs on.
func currentThread() -> String {
    var name = [CChar](repeating: 0, count: 64)
    let file = open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let count = read(file, &name, 63)
    return String(decoding: name[..<max(0, count - 1)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

nonisolated func nameOfThread() async -> String { currentThread() }
