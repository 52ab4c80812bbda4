import Dispatch

/// Holds a thread until the test lets it go, and tells the test that it has come.
package final class Gate: Sendable {
    private let arrival = AsyncStream<Void>.makeStream()
    private let opening = DispatchSemaphore(value: 0)

    package init() {}

    /// Blocks the calling thread. For closures that a database runs on threads of its own.
    package func pass() {
        arrival.continuation.yield()
        opening.wait()
    }

    /// Says that it is here, without waiting.
    package func arrive() {
        arrival.continuation.yield()
    }

    package func arrived() async {
        for await _ in arrival.stream { return }
    }

    package func open() {
        opening.signal()
    }
}
