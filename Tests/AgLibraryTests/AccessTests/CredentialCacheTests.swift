import AgBase
import AgCrypto
import AgTesting
import Testing

@testable import AgLibrary

@Suite("The cache of credentials")
struct CredentialCacheTests {
    private let clock = HandClock()
    private let cache = CredentialCache<Int>(capacity: 4, lifetime: .seconds(30))

    private func keep(_ number: Int, expiry: Timestamp? = nil) {
        _ = cache.keep(number, for: .of("\(number)"), expiry: expiry, at: clock.now(), cache.ticket())
    }

    private func isKnown(_ number: Int) -> Bool {
        cache.value(for: .of("\(number)"), at: clock.now()) == number
    }

    @Test("When it is full, what was not asked for longest goes")
    func bounded() {
        for number in 1...4 { keep(number) }
        #expect((1...4).allSatisfy(isKnown))
        #expect(isKnown(1))
        keep(5)
        #expect(isKnown(1) && isKnown(5))
        #expect(!isKnown(2))
        keep(5)
        #expect([1, 3, 4, 5].allSatisfy(isKnown), "the same one again takes no other's place")
    }

    @Test("An entry ends with its lifetime, or with what it stands for")
    func ends() {
        keep(1)
        keep(2, expiry: clock.now() + .seconds(5))
        clock.advance(.seconds(5))
        #expect(isKnown(1))
        #expect(!isKnown(2))
        clock.advance(.seconds(25))
        #expect(!isKnown(1))
    }

    @Test("An entry does not live longer because the clock was set back")
    func setBack() {
        keep(1)
        clock.advance(.seconds(-86_400))
        #expect(!isKnown(1))
        keep(1)
        #expect(isKnown(1))
    }

    @Test("A look-up that a revocation overtook is not kept")
    func overtaken() {
        let ticket = cache.ticket()
        cache.removeAll()
        #expect(!cache.keep(1, for: .of("1"), expiry: nil, at: clock.now(), ticket))
        #expect(!isKnown(1))
    }
}
