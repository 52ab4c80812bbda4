import AgBase
import Testing

@Suite("A fair line")
struct FairLineTests {
    /// Runs one item after the other, each for the time that `cost` says, and returns them in the order they began.
    private func run(_ line: inout FairLine<String>, _ cost: (String) -> Duration = { _ in .milliseconds(10) })
        -> [String]
    {
        var order: [String] = []
        while let (item, caller) = line.next() {
            order.append(item)
            line.ended(caller, used: cost(item))
        }
        return order
    }

    private func add(_ items: [String], to line: inout FairLine<String>, _ caller: Caller) {
        for item in items { line.add(item, for: caller) }
    }

    @Test("serves one caller in order")
    func order() {
        var line = FairLine<String>()
        add(["1", "2", "3"], to: &line, Caller("a"))
        #expect(line.count == 3)
        let order = run(&line)
        #expect(order == ["1", "2", "3"])
        #expect(line.count == 0)
    }

    @Test("takes turns between callers, however many items one of them has")
    func turns() {
        var line = FairLine<String>()
        add((1...80).map { "a\($0)" }, to: &line, Caller("a"))
        add(["b1", "b2"], to: &line, Caller("b"))
        add(["c1"], to: &line, Caller("c"))
        let order = run(&line)
        #expect(Array(order.prefix(6)) == ["a1", "b1", "c1", "a2", "b2", "a3"])
    }

    @Test("lets a newcomer wait for the turn under way and one of each other caller at most")
    func newcomer() {
        var line = FairLine<String>()
        for caller in ["a", "b"] { add((1...40).map { "\(caller)\($0)" }, to: &line, Caller(caller)) }
        for _ in 0..<20 {
            guard let (_, caller) = line.next() else { break }
            line.ended(caller, used: .milliseconds(10))
        }
        line.add("new", for: Caller("new"))
        let order = run(&line)
        #expect(order.firstIndex(of: "new")! <= 2)
    }

    @Test("charges the time that was used: slow items wait behind quick ones")
    func time() {
        var line = FairLine<String>()
        add((1...5).map { "slow\($0)" }, to: &line, Caller("slow"))
        add((1...9).map { "quick\($0)" }, to: &line, Caller("quick"))
        let order = run(&line) { $0.hasPrefix("slow") ? .seconds(1) : .milliseconds(10) }
        #expect(order.prefix(1) == ["slow1"])
        #expect(order.firstIndex(of: "slow2")! > order.firstIndex(of: "quick9")!)
    }

    @Test("remembers the debt of one that goes and comes back with each item")
    func debt() {
        var line = FairLine<String>()
        line.add("slow", for: Caller("slow"))
        line.add("quick", for: Caller("quick"))
        _ = run(&line) { $0 == "slow" ? .seconds(5) : .milliseconds(10) }
        line.add("slow again", for: Caller("slow"))
        line.add("quick again", for: Caller("quick"))
        line.add("new", for: Caller("new"))
        let order = run(&line)
        #expect(order.last == "slow again")
    }

    @Test("charges an item while it runs: the next one is another caller's")
    func running() {
        var line = FairLine<String>()
        add(["a1", "a2"], to: &line, Caller("a"))
        _ = line.next()
        line.add("b1", for: Caller("b"))
        let second = line.next()?.item
        #expect(second == "b1")
        let third = line.next()?.item
        #expect(third == "a2")
    }

    @Test("gives a group one share, however many members it has, and its members equal ones")
    func groups() {
        var line = FairLine<String>()
        for member in 1...8 { add(["m\(member)", "n\(member)"], to: &line, Caller("many", member: "\(member)")) }
        add(["one1", "one2"], to: &line, Caller("one"))
        let order = run(&line)
        #expect(order[..<4].filter { $0.hasPrefix("one") }.count == 2)
        #expect(order.filter { $0.hasPrefix("m") } == order.filter { !$0.hasPrefix("one") }.prefix(8).map(\.self))
    }

    @Test("takes out what nobody waits for, at no cost to its caller")
    func removal() {
        var line = FairLine<String>()
        add(["gone", "a"], to: &line, Caller("a"))
        add(["b"], to: &line, Caller("b"))
        let gone = line.remove { $0 == "gone" }
        #expect(gone.map(\.item) == ["gone"])
        #expect(line.count == 2)
        let order = run(&line)
        #expect(order == ["a", "b"])
    }

    @Test("waives a debt beyond a minute, so that nobody is left out for ever")
    func waived() {
        var line = FairLine<String>()
        line.add("slow", for: Caller("slow"))
        _ = run(&line) { _ in .seconds(100_000) }
        line.add("slow again", for: Caller("slow"))
        add((1...5_000).map { "q\($0)" }, to: &line, Caller("quick"))
        let place = run(&line) { _ in .milliseconds(50) }.firstIndex(of: "slow again")
        #expect((1_000...1_300).contains(place ?? 0))
    }

    @Test("remembers a bounded number of callers")
    func bounded() {
        var line = FairLine<Int>()
        for number in 0..<5_000 {
            line.add(number, for: Caller("g\(number)", member: "m"))
            guard let (_, caller) = line.next() else { break }
            line.ended(caller, used: .seconds(1))
        }
        #expect(line.count == 0)
        #expect(line.rememberedCount <= 600)
    }
}

@Suite("Fair seats")
struct FairSeatsTests {
    private func fill(_ seats: inout FairSeats, _ caller: Caller, _ most: Int = 1_000) -> Int {
        (0..<most).prefix { _ in seats.take(caller) }.count
    }

    @Test("are never all taken by one caller, and there is one for the next, and the one after")
    func shares() {
        var seats = FairSeats(64)
        let taken = ["a", "b", "c", "d", "e"].map { fill(&seats, Caller($0)) }
        #expect(taken[0] < 64 && taken[0] >= 40)
        #expect(taken.allSatisfy { $0 >= 2 })
        #expect(taken == taken.sorted(by: >))
    }

    @Test("come back")
    func back() {
        var seats = FairSeats(8)
        let caller = Caller("a")
        let most = fill(&seats, caller)
        for _ in 0..<most { seats.free(caller) }
        #expect(seats.total == 0)
        let again = fill(&seats, caller)
        #expect(again == most)
        seats.free(Caller("never came"))
        #expect(seats.total == most)
    }

    @Test("have an end, whoever asks")
    func end() {
        var seats = FairSeats(16)
        for number in 0..<1_000 { _ = fill(&seats, Caller("g\(number)")) }
        #expect(seats.total <= 32)
    }

    @Test("have the end that is asked for", arguments: [(16, 16), (12, 16), (1, 1), (16, 40)])
    func most(limit: Int, most: Int) {
        var seats = FairSeats(limit, most: most)
        for number in 0..<1_000 { _ = fill(&seats, Caller("g\(number)")) }
        #expect(seats.total == most)
    }

    @Test("are shared inside a group as well, which takes no more than all of them by many names")
    func members() {
        var seats = FairSeats(64)
        let first = fill(&seats, Caller("signed", member: "a"))
        #expect(first < 64)
        let second = fill(&seats, Caller("signed", member: "b"), 2)
        #expect(second == 2)
        for number in 0..<1_000 { _ = fill(&seats, Caller("signed", member: "\(number)")) }
        #expect(seats.total <= 64)
        let token = fill(&seats, Caller("token"), 2)
        #expect(token == 2)
    }

    @Test("may be one or two", arguments: [(1, 1), (2, 2)])
    func few(limit: Int, most: Int) {
        var seats = FairSeats(limit)
        let taken = fill(&seats, Caller("a"))
        #expect(taken == most)
        let isTaken = seats.take(Caller("b"))
        #expect(isTaken)
    }
}

@Suite("Slots of a line")
struct FairSlotsTests {
    @Test("are given in the line's order, no more of them than there are, and again when something has ended")
    func slots() {
        var slots = FairSlots<Int>(2)
        let (many, one) = (Caller("many"), Caller("one"))
        for item in 0..<4 { slots.add(item, for: many) }
        slots.add(9, for: one)
        #expect(slots.next()?.item == 0 && slots.next()?.item == 9 && slots.next() == nil)
        slots.ended(one, used: .milliseconds(1))
        #expect(slots.next()?.item == 1 && slots.next() == nil)
        // One that was not begun frees its slot at once.
        slots.ended(many, used: .zero)
        slots.remove { $0 == 2 }
        #expect(slots.next()?.item == 3 && slots.next() == nil)
    }
}
