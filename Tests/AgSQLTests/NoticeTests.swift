import AgTesting
import Testing

@testable import AgSQL

@Suite("Notices", .timeLimit(.minutes(1)))
struct NoticeTests {
    private static let quick = NoticeTopic("quick", .beforeAnswer)
    private static let calm = NoticeTopic("calm", .afterCommit)

    private struct Refusal: Error {}

    @Test("A notice arrives with its transaction's commit, once however often it is sent in it", arguments: Driver.all)
    func withTheCommit(_ driver: Driver) async throws {
        try await driver.with { database in
            let heard = Collected<NoticeArrival>()
            database.notices.subscribe(to: Self.quick) { heard.add($0) }
            try await database.write { tx in
                for text in ["a", "b", "a"] { tx.notify(Notice(Self.quick, text)) }
            }
            // Before the answer: nothing has to be waited for.
            #expect(heard.all.filter { $0 != .missed } == [.text("a"), .text("b")])
        }
    }

    @Test("A calm notice arrives soon after the commit", arguments: Driver.all)
    func afterTheCommit(_ driver: Driver) async throws {
        try await driver.with { database in
            let heard = Collected<NoticeArrival>()
            database.notices.subscribe(to: Self.calm) { heard.add($0) }
            try await database.write { tx in tx.notify(Notice(Self.calm, "a")) }
            await eventually { heard.all.contains(.text("a")) }
        }
    }

    @Test("What was rolled back sends nothing", arguments: Driver.all)
    func rollback(_ driver: Driver) async throws {
        try await driver.with { database in
            let heard = Collected<NoticeArrival>()
            database.notices.subscribe(to: Self.quick) { heard.add($0) }
            await #expect(throws: Refusal.self) {
                try await database.write { tx in
                    tx.notify(Notice(Self.quick, "never"))
                    throw Refusal()
                }
            }
            try await database.write { tx in tx.notify(Notice(Self.quick, "then")) }
            #expect(heard.all.filter { $0 != .missed } == [.text("then")])
        }
    }

    @Test("A notice that belongs to no transaction arrives at once, and at nobody who has unsubscribed")
    func withoutTransaction() {
        let notices = Notices()
        let heard = Collected<NoticeArrival>()
        let number = notices.subscribe(to: Self.calm) { heard.add($0) }
        notices.subscribe(to: Self.quick) { _ in heard.add(.missed) }
        notices.send(Notice(Self.calm, "a"))
        notices.unsubscribe(number)
        notices.send(Notice(Self.calm, "b"))
        #expect(heard.all == [.text("a")])
    }

    @Test(
        "Without other processes nothing is ever missed; with them, until the connection is there and after it is lost")
    func hearing() {
        let notices = Notices()
        let heard = Collected<NoticeArrival>()
        notices.subscribe(to: Self.calm) { heard.add($0) }
        #expect(notices.isCurrent && !notices.hasOthers)
        notices.connect { _ in }
        #expect(!notices.isCurrent && notices.hasOthers)
        notices.hears(true)
        #expect(notices.isCurrent && heard.all == [.missed])
        notices.hears(false)
        #expect(!notices.isCurrent && heard.all == [.missed, .missed])
    }

    @Test("Notices travel in texts that NOTIFY takes, and all of them arrive")
    func payloads() {
        let notices = (0..<1_000).map { Notice(Self.calm, "\($0) " + String(repeating: "ä", count: $0 % 90)) }
        let texts = NoticePayload.pack(notices, from: "me")
        #expect(texts.count > 1 && texts.allSatisfy { $0.utf8.count < 8_000 })
        let arrived = texts.flatMap { NoticePayload.unpack($0, unlessFrom: "you") }
        #expect(arrived.map(\.arrival) == notices.map { .text($0.text) })
        #expect(arrived.allSatisfy { $0.topic == "calm" })
        #expect(texts.flatMap { NoticePayload.unpack($0, unlessFrom: "me") }.isEmpty)
        #expect(NoticePayload.pack([], from: "me").isEmpty)
    }

    @Test(
        "A text that cannot travel arrives as missed, and never damages another",
        arguments: [String(repeating: "x", count: 6_001), "with \u{1E} inside", "with \u{1F}", "with \0"])
    func tooMuch(_ text: String) {
        let texts = NoticePayload.pack(
            [Notice(Self.calm, text), Notice(Self.quick, "line\nand \"quotes\"")], from: "me")
        let arrived = texts.flatMap { NoticePayload.unpack($0, unlessFrom: "you") }
        #expect(arrived.map(\.arrival) == [.missed, .text("line\nand \"quotes\"")])
    }

    @Test("What is no payload brings nothing", arguments: ["", "x", "me\u{1E}", "me\u{1E}topic", "\u{1F}\u{1F}"])
    func nonsense(_ text: String) {
        #expect(NoticePayload.unpack(text, unlessFrom: "you").isEmpty)
    }
}
