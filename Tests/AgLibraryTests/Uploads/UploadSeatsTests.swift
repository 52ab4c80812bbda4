import AgBase
import Testing

@testable import AgLibrary

@Suite("Seats of uploads")
struct UploadSeatsTests {
    @Test(
        "are never more than there are descriptors for, however many callers come",
        arguments: [1, 2, 3, 8, 16, 64, 512])
    func bound(_ most: Int) {
        let seats = UploadSeats(most)
        var taken: [Seat] = []
        for caller in 0..<2 * most + 8 {
            for _ in 0..<4 { if let seat = try? seats.take(Caller("caller \(caller)")) { taken.append(seat) } }
        }
        #expect(taken.count == most)
        taken.removeAll()
        #expect((try? seats.take(Caller("late"))) != nil)
    }

    @Test("are never all one caller's: an eighth at least is left for others", arguments: [8, 16, 64, 512])
    func shares(_ most: Int) throws {
        let seats = UploadSeats(most)
        var taken: [Seat] = []
        while let seat = try? seats.take(Caller("greedy")) { taken.append(seat) }
        #expect(taken.count <= most - most / 8)
        for caller in 0..<most / 8 {
            for _ in 0..<2 { taken.append(try seats.take(Caller("caller \(caller)"))) }
        }
    }
}
