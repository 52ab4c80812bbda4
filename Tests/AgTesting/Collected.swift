import Synchronization

/// Values that a test's closures gather, in the order they came.
package final class Collected<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    package init() {}

    package func add(_ value: Value) { values.withLock { $0.append(value) } }
    package var all: [Value] { values.withLock { $0 } }
}
