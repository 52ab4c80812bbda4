import AgBase
import AgTesting
import Testing

@Suite("A fair gate", .timeLimit(.minutes(1)))
struct FairGateTests {
    /// Looks until it is so: that a call waits announces itself nowhere.
    private func until(_ isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("lets the first call of another caller pass before the second of a greedy one")
    func fair() async throws {
        let gate = FairGate(slots: 1, seats: 64)
        let latch = Latch()
        let order = Collected<String>()
        let first = Task {
            try await gate.pass(Caller("greedy")) {
                order.add("first")
                try await latch.pass()
            }
        }
        try await until { order.all == ["first"] }
        var calls = [Task<Void, any Error>]()
        for number in 1...5 {
            calls.append(Task { try await gate.pass(Caller("greedy")) { order.add("greedy \(number)") } })
            try await until { gate.waitingCount == number }
        }
        calls.append(Task { try await gate.pass(Caller("honest")) { order.add("honest") } })
        try await until { gate.waitingCount == 6 }
        latch.open()
        try await first.value
        for call in calls { try await call.value }
        #expect(order.all.prefix(2) == ["first", "honest"])
        #expect(order.all.count == 7)
    }

    @Test("refuses a caller with too many, and not the next one")
    func full() async throws {
        let gate = FairGate(slots: 1, seats: 2)
        let latch = Latch()
        let calls = (0..<2).map { _ in Task { try await gate.pass(Caller("a")) { try await latch.pass() } } }
        try await until { gate.waitingCount == 1 }
        await #expect(throws: GateFull.self) { try await gate.pass(Caller("a")) {} }
        let other = Task { try await gate.pass(Caller("b")) { 7 } }
        try await until { gate.waitingCount == 2 }
        latch.open()
        #expect(try await other.value == 7)
        for call in calls { try await call.value }
        #expect(try await gate.pass(Caller("a")) { 8 } == 8)
    }

    @Test("lets a cancelled call go at once, and its place with it")
    func cancelled() async throws {
        let gate = FairGate(slots: 1, seats: 8)
        let latch = Latch()
        let began = Collected<Bool>()
        let first = Task {
            try await gate.pass(Caller("a")) {
                began.add(true)
                try await latch.pass()
            }
        }
        try await until { began.all == [true] }
        let waiting = Task { try await gate.pass(Caller("b")) {} }
        try await until { gate.waitingCount == 1 }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(gate.waitingCount == 0)
        latch.open()
        try await first.value
        try await gate.pass(Caller("b")) {}
    }

    @Test("passes an error on and frees the place")
    func failing() async throws {
        struct Trouble: Error {}
        let gate = FairGate(slots: 1, seats: 1)
        await #expect(throws: Trouble.self) { try await gate.pass(Caller("a")) { throw Trouble() } }
        #expect(try await gate.pass(Caller("a")) { 1 } == 1)
    }
}
