import AgSQL
import AgTesting
import Synchronization

/// A database whose next read can be held back when it has its result, and before the caller does.
final class HeldDatabase: ForwardingDatabase {
    struct Hold: Sendable {
        let arrived = Latch()
        let goOn = Latch()
    }

    let base: any Database
    private let holds = Mutex<[Hold]>([])
    private let reads = Atomic<Int>(0)

    init(_ base: any Database) {
        self.base = base
    }

    var readCount: Int { reads.load(ordering: .relaxed) }

    func holdNext() -> Hold {
        let hold = Hold()
        holds.withLock { $0.append(hold) }
        return hold
    }

    func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        let hold = holds.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        let value = try await base.read(kind, body)
        reads.add(1, ordering: .relaxed)
        if let hold {
            hold.arrived.open()
            try await hold.goOn.pass()
        }
        return value
    }
}
