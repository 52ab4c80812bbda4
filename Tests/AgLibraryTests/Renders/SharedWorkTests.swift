import AgBase
import AgTesting
import Testing

@testable import AgLibrary

@Suite("Work that several want", .timeLimit(.minutes(1)))
struct SharedWorkTests {
    private struct Trouble: Error {}

    /// Looks until it is so: what a task has done before it waits announces itself nowhere.
    private func until(_ isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// So many callers at once, who all want the same.
    private func ask(
        _ shared: SharedWork<String, Int>, _ count: Int, _ work: @escaping @Sendable () async throws -> Int
    ) -> [Task<Int, any Error>] {
        (0..<count).map { _ in Task { try await shared.value("a", work) } }
    }

    @Test("is done once for all who ask while it is under way, and again for those after")
    func once() async throws {
        let shared = SharedWork<String, Int>(limit: 8)
        let latch = Latch()
        let begun = Collected<Int>()
        let callers = ask(shared, 20) {
            begun.add(1)
            try await latch.pass()
            return 7
        }
        try await until { shared.waitingCount == 20 }
        latch.open()
        for caller in callers { #expect(try await caller.value == 7) }
        #expect(begun.all.count == 1)
        #expect(try await shared.value("a") { 8 } == 8)
        #expect(shared.count == 0 && shared.waitingCount == 0)
    }

    @Test("fails for all who wait, and the next one may have better luck")
    func failure() async throws {
        let shared = SharedWork<String, Int>(limit: 8)
        let latch = Latch()
        let callers = ask(shared, 3) {
            try await latch.pass()
            throw Trouble()
        }
        try await until { shared.waitingCount == 3 }
        latch.open()
        for caller in callers { await #expect(throws: Trouble.self) { try await caller.value } }
        #expect(try await shared.value("a") { 1 } == 1)
    }

    @Test("goes on when one of several leaves, who is answered at once")
    func oneLeaves() async throws {
        let shared = SharedWork<String, Int>(limit: 8)
        let latch = Latch()
        let callers = ask(shared, 3) {
            try await latch.pass()
            return 7
        }
        try await until { shared.waitingCount == 3 }
        callers[0].cancel()
        await #expect(throws: CancellationError.self) { try await callers[0].value }
        #expect(shared.count == 1 && shared.waitingCount == 2)
        latch.open()
        #expect(try await callers[1].value == 7)
        #expect(try await callers[2].value == 7)
    }

    @Test("ends when the last one leaves, and does not disturb who begins it again")
    func allLeave() async throws {
        let shared = SharedWork<String, Int>(limit: 8)
        let first = Latch()
        let ended = Collected<Bool>()
        let callers = ask(shared, 2) {
            // Stubborn, as a codec is that sees its cancellation late.
            await first.passStubbornly()
            ended.add(Task.isCancelled)
            return 7
        }
        try await until { shared.waitingCount == 2 }
        for caller in callers { caller.cancel() }
        for caller in callers { await #expect(throws: CancellationError.self) { try await caller.value } }
        #expect(shared.count == 0)

        let second = Latch()
        let again = Task {
            try await shared.value("a") {
                try await second.pass()
                return 8
            }
        }
        try await until { shared.waitingCount == 1 }
        first.open()
        try await until { ended.all == [true] }
        second.open()
        #expect(try await again.value == 8)
    }

    @Test("is not begun for one who left before")
    func neverWanted() async throws {
        let shared = SharedWork<String, Int>(limit: 8)
        let begun = Collected<Int>()
        let caller = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await shared.value("a") {
                begun.add(1)
                return 7
            }
        }
        caller.cancel()
        await #expect(throws: CancellationError.self) { try await caller.value }
        #expect(begun.all.isEmpty && shared.count == 0)
    }

    @Test("is refused when as much as may be is under way, but not to those who join")
    func limit() async throws {
        let shared = SharedWork<String, Int>(limit: 2)
        let latch = Latch()
        let work: @Sendable () async throws -> Int = {
            try await latch.pass()
            return 7
        }
        let callers = ["a", "b", "a"].map { key in Task { try await shared.value(key, work) } }
        try await until { shared.waitingCount == 3 }
        await #expect(throws: TooMuchWork.self) { try await shared.value("c", work) }
        latch.open()
        for caller in callers { #expect(try await caller.value == 7) }
        #expect(try await shared.value("c", work) == 7)
    }

    /// Works that note when they begin and end when their latch opens.
    private func begin(
        _ shared: SharedWork<String, Int>, _ keys: [String], for caller: Caller, _ order: Collected<String>,
        _ latch: Latch
    ) async throws -> [Task<Int, any Error>] {
        var calls: [Task<Int, any Error>] = []
        for key in keys {
            let waiting = shared.waitingCount
            calls.append(
                Task {
                    try await shared.value(key, for: caller) {
                        order.add(key)
                        try await latch.pass()
                        return 7
                    }
                })
            try await until { shared.waitingCount == waiting + 1 }
        }
        return calls
    }

    @Test("of one caller's eighty leaves the next turn to another caller, and has a seat for it")
    func fair() async throws {
        let shared = SharedWork<String, Int>(limit: 64, slots: 1)
        let latch = Latch()
        let order = Collected<String>()
        var calls = try await begin(shared, (0..<43).map { "greedy \($0)" }, for: Caller("greedy"), order, latch)
        await #expect(throws: TooMuchWork.self) {
            for number in 43..<80 { _ = try await shared.value("greedy \(number)", for: Caller("greedy")) { 7 } }
        }
        calls += try await begin(
            shared, ["a 1", "a 2"], for: Caller("signed", member: "a"), order, latch)
        calls += try await begin(shared, ["b 1"], for: Caller("signed", member: "b"), order, latch)
        calls += try await begin(shared, ["c 1"], for: Caller("token c"), order, latch)
        latch.open()
        for call in calls { #expect(try await call.value == 7) }
        let begun = order.all
        #expect(begun[0] == "greedy 0")
        for key in ["a 1", "c 1"] { #expect(begun.firstIndex(of: key)! <= 3, "\(begun.prefix(9))") }
        #expect(begun.firstIndex(of: "b 1")! < begun.firstIndex(of: "a 2")!)
        #expect(shared.count == 0)
    }

    @Test("that a greedy caller asked for has its turn with another caller who wants it too, and is done once")
    func promoted() async throws {
        let shared = SharedWork<String, Int>(limit: 64, slots: 1)
        let latch = Latch()
        let order = Collected<String>()
        var calls = try await begin(shared, (0..<20).map { "\($0)" }, for: Caller("greedy"), order, latch)
        calls += try await begin(shared, ["19"], for: Caller("other"), order, latch)
        latch.open()
        for call in calls { _ = try await call.value }
        #expect(order.all.firstIndex(of: "19")! <= 2)
        #expect(order.all.count == 20)
    }

    @Test("that nobody waits for any more is never begun, and gives its seat back")
    func abandoned() async throws {
        let shared = SharedWork<String, Int>(limit: 2, slots: 1)
        let latch = Latch()
        let order = Collected<String>()
        let calls = try await begin(shared, ["a", "b"], for: Caller("x"), order, latch)
        calls[1].cancel()
        await #expect(throws: CancellationError.self) { try await calls[1].value }
        let other = try await begin(shared, ["c"], for: Caller("x"), order, latch)
        latch.open()
        for call in [calls[0]] + other { _ = try await call.value }
        #expect(order.all == ["a", "c"])
    }
}
