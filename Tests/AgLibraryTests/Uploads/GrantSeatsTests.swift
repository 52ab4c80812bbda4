import AgBase
import AgJobs
import AgModel
import AgTesting
import Testing

@testable import AgLibrary
@testable import AgSQL

@Suite("Uploads of one URL on several servers", .timeLimit(.minutes(1)))
struct GrantSeatsTests {
    private let first = Notices()
    private let second = Notices()
    private let grant = UploadGrantID.make()

    init() {
        Self.wire(first, second)
        Self.wire(second, first)
    }

    private static func wire(_ from: Notices, _ to: Notices) {
        from.connect { notices in
            for text in NoticePayload.pack(notices, from: "x") {
                to.receive(NoticePayload.unpack(text, unlessFrom: "y"))
            }
        }
    }

    @Test("are two at a time over all of them, and one that ends makes room on every server")
    func shared() throws {
        let (a, b) = (GrantSeats(first), GrantSeats(second))
        var seat: Seat? = try a.take(grant)
        let other = try b.take(grant)
        for seats in [a, b] { #expect(throws: Fault.self) { try seats.take(grant) } }
        _ = try a.take(UploadGrantID.make())
        withExtendedLifetime(seat) {}
        seat = nil
        _ = try b.take(grant)
        withExtendedLifetime(other) {}
    }

    @Test("are known to a server that starts later, and to one that missed something")
    func late() throws {
        let a = GrantSeats(first)
        let seats = [try a.take(grant), try a.take(grant)]
        let b = GrantSeats(second)
        second.hears(true)
        #expect(throws: Fault.self) { try b.take(grant) }
        withExtendedLifetime(seats) {}
    }

    @Test("of a server that has died are free again")
    func death() throws {
        let b = GrantSeats(second)
        let mark = "\(UUIDv7.shared.next()) 2 \(grant)"
        second.receive([(NoticeTopic.grantSeats.name, .text(mark))])
        #expect(throws: Fault.self) { try b.take(grant) }
        second.receive([(NoticeTopic.nodeEnded.name, .text("some node"))])
        _ = try b.take(grant)
    }

    @Test(
        "are not changed by a notice that makes no sense",
        arguments: ["", "x", "a b c", "m 2 no-id", "m many \(UUIDv7.shared.next())"])
    func nonsense(_ text: String) throws {
        let b = GrantSeats(second)
        second.receive([(NoticeTopic.grantSeats.name, .text(text))])
        _ = try b.take(grant)
    }
}
