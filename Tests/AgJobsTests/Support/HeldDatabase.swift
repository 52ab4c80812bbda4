import AgSQL
import AgTesting
import Synchronization

/// A database whose next read can be held back when it has its result, and before the caller does.
final class HeldDatabase: Database {
    struct Hold: Sendable {
        let arrived = Latch()
        let goOn = Latch()
    }

    private let real: any Database
    private let holds = Mutex<[Hold]>([])
    private let reads = Atomic<Int>(0)

    init(_ real: any Database) {
        self.real = real
    }

    var readCount: Int { reads.load(ordering: .relaxed) }

    func holdNext() -> Hold {
        let hold = Hold()
        holds.withLock { $0.append(hold) }
        return hold
    }

    var dialect: SQLDialect { real.dialect }
    var waitingWrites: Int { real.waitingWrites }
    var notices: Notices { real.notices }

    func read<Value: Sendable>(
        _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        let hold = holds.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        let value = try await real.read(kind, body)
        reads.add(1, ordering: .relaxed)
        if let hold {
            hold.arrived.open()
            try await hold.goOn.pass()
        }
        return value
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await real.write(body)
    }

    func integrityFindings() async throws -> [String] { try await real.integrityFindings() }
    func close() async { await real.close() }
}
