import AgBase
import AgTesting
import Testing

@Suite("UUIDs of version 7")
struct UUIDv7Tests {
    private let clock = HandClock(Timestamp(milliseconds: 0x0192_3456_789A))

    private func millisecond(_ id: String) -> Int64? {
        Int64(id.replacing("-", with: "").prefix(12), radix: 16)
    }

    @Test("The form is RFC 9562's: time, version 7, variant 10")
    func form() {
        let id = UUIDv7(time: clock).next()
        #expect(id.hasPrefix("01923456-789a-7"))
        #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    }

    @Test("Ids of one generator sort by when they were made, also ten thousand in one millisecond")
    func order() {
        let generator = UUIDv7(time: clock)
        let ids = (0..<10_000).map { _ in generator.next() }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test("A clock that steps back does not step the ids back")
    func stepBack() throws {
        let generator = UUIDv7(time: clock)
        let before = generator.next()
        clock.advance(.seconds(-3_600))
        let after = generator.next()
        #expect(after > before)
        #expect(millisecond(after) == 0x0192_3456_789A)
        clock.advance(.seconds(3_601))
        let later = generator.next()
        #expect(later > after)
        #expect(try #require(millisecond(later)) == clock.now().milliseconds)
    }

    @Test("Many threads get ids of their own")
    func threads() async {
        let generator = UUIDv7(time: clock)
        let ids = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 { group.addTask { (0..<500).map { _ in generator.next() } } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(ids).count == 4_000)
    }
}

@Suite("Identifiers")
struct IdentifierTests {
    private enum Thing {}

    @Test("A stranger's id is taken in any case and kept in lower case")
    func anyCase() {
        let id = Identifier<Thing>(untrusted: "01923456-789A-7ABC-8DEF-0123456789AB")
        #expect(id?.text == "01923456-789a-7abc-8def-0123456789ab")
        #expect(id == Identifier(trusted: "01923456-789a-7abc-8def-0123456789ab"))
    }

    @Test(
        "What cannot be an id is none",
        arguments: [
            "", "x", "01923456-789a-7abc-8def-0123456789a", "01923456-789a-7abc-8def-0123456789abc",
            "01923456x789a-7abc-8def-0123456789ab", "01923456-789g-7abc-8def-0123456789ab",
            "0192345-6789a-7abc-8def-0123456789ab", "{1923456-789a-7abc-8def-0123456789a}",
            "０1923456-789a-7abc-8def-01234567", "../../../etc/passwd-xxxxxxxxxxxxxxxx",
        ])
    func refused(_ text: String) {
        #expect(Identifier<Thing>(untrusted: text) == nil)
    }

    @Test("New ids are ordered and readable again")
    func make() {
        let one = Identifier<Thing>.make()
        let two = Identifier<Thing>.make()
        #expect(one.text < two.text)
        #expect(Identifier<Thing>(untrusted: one.description) == one)
    }
}
