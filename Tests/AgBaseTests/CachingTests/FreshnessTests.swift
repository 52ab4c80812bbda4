import AgBase
import Testing

@Suite("What was looked up")
struct FreshnessTests {
    @Test("is stale when its topic was written about since, and no other topic's")
    func topics() {
        var freshness = Freshness<String>()
        freshness.noteWrite(about: "a")
        let ticket = freshness.ticket
        #expect(freshness.isFresh("a", since: ticket) && freshness.isFresh(since: ticket))
        freshness.noteWrite(about: "b")
        #expect(freshness.isFresh("a", since: ticket))
        #expect(!freshness.isFresh("b", since: ticket) && !freshness.isFresh(since: ticket))
        #expect(freshness.isFresh("b", since: freshness.ticket))
    }

    @Test("is stale when anything may have been written")
    func everything() {
        var freshness = Freshness<String>()
        let ticket = freshness.ticket
        freshness.noteWrites()
        #expect(!freshness.isFresh("a", since: ticket) && !freshness.isFresh(since: ticket))
        #expect(freshness.isFresh("a", since: freshness.ticket))
    }

    @Test("is stale rather than wrongly fresh when more was written about than is remembered")
    func bounded() {
        var freshness = Freshness<Int>()
        let early = freshness.ticket
        for topic in 0..<1_024 { freshness.noteWrite(about: topic) }
        #expect(freshness.isFresh(9_999, since: early))
        let late = freshness.ticket
        freshness.noteWrite(about: 1_024)
        #expect(!freshness.isFresh(9_999, since: early))
        #expect(freshness.isFresh(9_999, since: late))
    }
}
