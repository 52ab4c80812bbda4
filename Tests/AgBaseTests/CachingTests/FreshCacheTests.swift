import AgBase
import Testing

@Suite("A cache of look-ups")
struct FreshCacheTests {
    private typealias Cache = FreshCache<String, Int, String>
    private let start = ContinuousClock.now

    private func cache(budget: Int = 10) -> Cache { Cache(budget: budget, lifetime: .seconds(5)) }

    @Test("gives back what was kept until its lifetime ends")
    func lifetime() {
        let cache = cache()
        cache.keep("v", for: "k", about: 1, weight: 1, cache.ticket(), at: start)
        #expect(cache.value(for: "k", at: start + .seconds(4.9)) == "v")
        #expect(cache.value(for: "k", at: start + .seconds(5)) == nil)
        #expect(cache.value(for: "other", at: start) == nil)
    }

    @Test("forgets everything about a topic that was written about, and nothing else")
    func topics() {
        let cache = cache()
        for (key, topic) in [("a", 1), ("b", 1), ("c", 2)] {
            cache.keep(key, for: key, about: topic, weight: 1, cache.ticket(), at: start)
        }
        cache.forget(1)
        #expect(["a", "b", "c"].map { cache.value(for: $0, at: start) } == [nil, nil, "c"])
        #expect(cache.weight == 1)
    }

    @Test("does not keep what was read before a write and comes after it")
    func race() {
        let cache = cache()
        let early = cache.ticket()
        cache.forget(1)
        cache.keep("stale", for: "k", about: 1, weight: 1, early, at: start)
        #expect(cache.count == 0)
        cache.keep("other", for: "o", about: 2, weight: 1, early, at: start)
        cache.keep("fresh", for: "k", about: 1, weight: 1, cache.ticket(), at: start)
        #expect(cache.value(for: "k", at: start) == "fresh")
        #expect(cache.value(for: "o", at: start) == "other")
    }

    @Test("tells those who ask again and again whether their topic was written about, and only that")
    func watch() {
        let cache = cache()
        cache.forget(2)
        let watch = cache.watch(1, since: cache.ticket())
        let late = cache.watch(2, since: cache.ticket())
        #expect(watch.isUnchanged && late.isUnchanged)
        for _ in 0..<2 {
            cache.forget(2)
            #expect(watch.isUnchanged && !late.isUnchanged)
        }
        let old = cache.ticket()
        cache.forget(1)
        #expect(!watch.isUnchanged && !cache.watch(1, since: old).isUnchanged)
        let fresh = cache.watch(3, since: cache.ticket())
        cache.forgetAll()
        #expect(!fresh.isUnchanged)
    }

    @Test("trusts no ticket that is older than its memory of writes")
    func horizon() {
        let cache = cache()
        let early = cache.ticket()
        for topic in 0..<3_000 { cache.forget(topic) }
        cache.keep("stale", for: "k", about: 5, weight: 1, early, at: start)
        #expect(cache.count == 0)
    }

    @Test("lets go of what is over its budget, also in its list of topics")
    func budget() {
        let cache = cache(budget: 2)
        for key in ["a", "b", "c"] { cache.keep(key, for: key, about: 1, weight: 1, cache.ticket(), at: start) }
        #expect(cache.value(for: "a", at: start) == nil)
        cache.keep("heavy", for: "h", about: 1, weight: 3, cache.ticket(), at: start)
        cache.keep("b again", for: "b", about: 2, weight: 1, cache.ticket(), at: start)
        cache.forget(1)
        #expect(cache.value(for: "b", at: start) == "b again", "it is about another topic now")
        #expect(cache.count == 1)
    }
}
