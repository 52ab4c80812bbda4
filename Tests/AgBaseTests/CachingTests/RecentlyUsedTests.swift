import AgBase
import Testing

@Suite("What was used recently")
struct RecentlyUsedTests {
    private func filled(_ keys: String, budget: Int = 3) -> RecentlyUsed<Character, Int> {
        var cache = RecentlyUsed<Character, Int>(budget: budget)
        for (index, key) in keys.enumerated() { _ = cache.insert(index, for: key, weight: 1) }
        return cache
    }

    @Test("stays, and what was not asked for the longest goes")
    func order() {
        var cache = filled("abc")
        #expect(cache.value(for: "a") == 0)
        let gone = cache.insert(9, for: "d", weight: 1)
        #expect(gone.map(\.key) == ["b"])
        #expect(cache.keys == ["d", "a", "c"])
    }

    @Test("is moved to the front from any place", arguments: ["a", "b", "c"])
    func front(_ key: Character) {
        var cache = filled("abc")
        _ = cache.value(for: key)
        #expect(cache.keys.first == key)
        #expect(Set(cache.keys) == ["a", "b", "c"])
        while cache.removeOldest() != nil {}
        #expect(cache.keys.isEmpty && cache.weight == 0)
    }

    @Test("is replaced by a newer value of its key, which counts once")
    func replaced() {
        var cache = filled("ab", budget: 10)
        let gone = cache.insert(7, for: "a", weight: 5)
        #expect(gone.map(\.value) == [0])
        #expect(cache.weight == 6 && cache.count == 2)
        #expect(cache.value(for: "a") == 7)
    }

    @Test("makes room for a heavy one, and a heavier one than all room goes itself")
    func weights() {
        var cache = filled("abc", budget: 4)
        #expect(cache.insert(1, for: "d", weight: 3).map(\.key) == ["a", "b"])
        #expect(cache.insert(2, for: "e", weight: 5).map(\.key) == ["e"])
        #expect(cache.keys == ["d", "c"])
        #expect(!cache.contains("e"))
    }

    @Test("takes older ones behind all others, as far as there is room, and lets nothing go for them")
    func older() {
        var cache = filled("ab", budget: 4)
        // "d" is too heavy for the room that is left, and "a" is there already.
        let taken = [("c", 1), ("d", 2), ("a", 1), ("e", 1)].map { cache.insertOldest(7, for: $0, weight: $1) }
        #expect(taken == [true, false, false, true])
        #expect(cache.keys == ["b", "a", "c", "e"] && cache.weight == 4)
        var oldest: [Character] = []
        while let (key, _) = cache.removeOldest() { oldest.append(key) }
        #expect(oldest == ["e", "c", "a", "b"])
    }

    @Test("begins with an older one as well as with any other")
    func olderFirst() {
        var cache = filled("", budget: 2)
        let isTaken = cache.insertOldest(1, for: "a", weight: 1)
        _ = cache.insert(2, for: "b", weight: 1)
        #expect(isTaken && cache.keys == ["b", "a"])
    }

    @Test("keeps its promises through a long random life")
    func randomLife() {
        var cache = RecentlyUsed<Int, Int>(budget: 50)
        var model: [(key: Int, weight: Int)] = []
        var random = SystemRandomNumberGenerator()
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<40, using: &random)
            let index = model.firstIndex { $0.key == key }
            switch step % 4 {
            case 0, 1:
                let weight = Int.random(in: 0..<12, using: &random)
                _ = cache.insert(step, for: key, weight: weight)
                if let index { model.remove(at: index) }
                model.insert((key, weight), at: 0)
                while model.reduce(0, { $0 + $1.weight }) > 50 { model.removeLast() }
            case 2:
                #expect((cache.value(for: key) != nil) == (index != nil))
                if let index { model.insert(model.remove(at: index), at: 0) }
            case 3 where step % 8 == 7:
                let weight = Int.random(in: 0..<12, using: &random)
                let hasRoom = index == nil && model.reduce(weight) { $0 + $1.weight } <= 50
                let isTaken = cache.insertOldest(step, for: key, weight: weight)
                #expect(isTaken == hasRoom)
                if hasRoom { model.append((key, weight)) }
            default:
                _ = cache.remove(key)
                if let index { model.remove(at: index) }
            }
            if cache.keys != model.map(\.key) { return #expect(Bool(false), "step \(step)") }
        }
    }
}
