import Dispatch

/// Holds a thread until the test lets it go, and tells the test that it has come.
final class Gate: Sendable {
    private let arrival = AsyncStream<Void>.makeStream()
    private let opening = DispatchSemaphore(value: 0)

    /// Blocks the calling thread. For closures that a database runs on threads of its own.
    func pass() {
        arrival.continuation.yield()
        opening.wait()
    }

    /// Says that it is here, without waiting.
    func arrive() {
        arrival.continuation.yield()
    }

    func arrived() async {
        for await _ in arrival.stream { return }
    }

    func open() {
        opening.signal()
    }
}
