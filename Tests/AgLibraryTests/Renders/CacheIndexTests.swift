import AgBase
import Testing

@testable import AgLibrary

@Suite("The index of a cache")
struct CacheIndexTests {
    private func moment(_ seconds: Int) -> Timestamp { Timestamp(milliseconds: Int64(seconds) * 1_000) }

    /// Names `a`, `b`, … of ten bytes each, used one second after the other.
    private func filled(_ names: String, budget: Int64) -> CacheIndex {
        var index = CacheIndex(budget: budget)
        for (second, name) in names.enumerated() {
            let gone = index.put("\(name)", in: "group", bytes: 10, usedAt: moment(second))
            #expect(gone.isEmpty)
        }
        return index
    }

    @Test("counts what it holds")
    func counting() {
        var index = filled("abc", budget: 100)
        #expect(index.bytes == 30 && index.count == 3)
        index.remove("b")
        index.remove("b")
        index.remove("never there")
        #expect(index.bytes == 20 && index.count == 2)
        #expect(index.contains("a") && !index.contains("b"))
    }

    @Test("replaces what has the same name")
    func replacing() {
        var index = filled("abc", budget: 100)
        let gone = index.put("b", in: "group", bytes: 70, usedAt: moment(9))
        #expect(gone.isEmpty)
        #expect(index.bytes == 90 && index.count == 3)
    }

    @Test("lets go what nobody used for longest")
    func eviction() {
        var index = filled("abcdefghij", budget: 100)
        _ = index.use("a", at: moment(20))
        _ = index.use("c", at: moment(21))
        let gone = [("k", 15), ("l", 5)].map { index.put($0, in: "group", bytes: $1, usedAt: moment(22)) }
        #expect(gone == [["b", "d"], []])
        #expect(index.bytes == 100)
    }

    @Test("goes by the moment of use with files from before the start, which are older than all that is noted")
    func foundFiles() {
        var index = filled("xy", budget: 60)
        let found = ["a": 3, "b": 9, "c": 1, "d": 5, "x": 2, "e": 4].map { name, second in
            CacheIndex.Found(name: name, group: "old", bytes: 10, usedAt: moment(second))
        }
        // The oldest has no room; what is noted already stays as it is.
        let noRoom = index.add(found)
        #expect(noRoom == ["c"])
        #expect(index.bytes == 60 && index.groups.sorted() == ["group", "old"])
        let gone = index.put("z", in: "group", bytes: 40, usedAt: moment(20))
        #expect(gone == ["a", "e", "d", "b"])
        #expect(index.contains("x") && index.contains("y"))
    }

    @Test("a use counts whatever the clock says")
    func clock() {
        var index = filled("ab", budget: 20)
        _ = index.use("a", at: moment(-1_000))
        let gone = index.put("c", in: "group", bytes: 10, usedAt: moment(-2_000))
        #expect(gone == ["b"])
        #expect(index.contains("a") && index.contains("c"))
    }

    @Test("does not take what is larger than all its room, and keeps what it has")
    func tooLarge() {
        var index = filled("ab", budget: 20)
        let gone = index.put("giant", in: "group", bytes: 21, usedAt: moment(9))
        #expect(gone == ["giant"])
        #expect(index.count == 2 && index.bytes == 20)
        let exactly = index.put("all", in: "group", bytes: 20, usedAt: moment(9))
        #expect(Set(exactly) == ["a", "b"])
        #expect(index.bytes == 20)
    }

    @Test("without room it takes nothing")
    func off() {
        var index = CacheIndex(budget: 0)
        let gone = index.put("a", in: "g", bytes: 1, usedAt: moment(1))
        #expect(gone == ["a"])
        #expect(index.count == 0 && index.bytes == 0)
    }

    @Test("forgets a group as a whole")
    func groups() {
        var index = CacheIndex(budget: 100)
        for name in ["a", "b"] { _ = index.put(name, in: "first", bytes: 10, usedAt: moment(1)) }
        _ = index.put("c", in: "second", bytes: 10, usedAt: moment(1))
        #expect(Set(index.groups) == ["first", "second"])
        let gone = index.remove(group: "first")
        #expect(Set(gone) == ["a", "b"])
        #expect(index.groups == ["second"] && index.bytes == 10)
        let again = index.remove(group: "first")
        #expect(again.isEmpty)
    }

    @Test("asks for a file to be marked once an hour, not at every use")
    func marks() {
        var index = filled("a", budget: 100)
        let answers = [10, 3_600, 3_700, 7_200].map { index.use("a", at: moment($0)) }
        #expect(answers == [false, true, false, true])
        let unknown = index.use("unknown", at: moment(9_999))
        #expect(!unknown)
    }

    @Test("never holds more than its budget, whatever happens")
    func budget() {
        var random = SystemRandomNumberGenerator()
        var index = CacheIndex(budget: 1_000)
        var held: [String: Int64] = [:]
        for step in 0..<5_000 {
            let name = "\(Int.random(in: 0..<80, using: &random))"
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                index.remove(name)
                held[name] = nil
            case 1: _ = index.use(name, at: moment(step))
            default:
                let size = Int64.random(in: 1...300, using: &random)
                held[name] = size
                for gone in index.put(name, in: "g", bytes: size, usedAt: moment(step)) { held[gone] = nil }
            }
            #expect(index.bytes <= 1_000)
            #expect(index.bytes == held.values.reduce(0, +) && index.count == held.count)
        }
    }
}
