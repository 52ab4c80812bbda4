import AgBase
import Testing

@testable import AgJobs

@Suite("How long something has waited")
struct WaitingAgesTests {
    private static let start = Timestamp(milliseconds: 1_795_176_000_000)

    /// Moments relative to the start of the process, in seconds.
    @Test(
        "is bounded by what the steady clock has seen",
        arguments: [
            // since, wall now, uptime, age
            (10, 15, 15, 5), (-20, 10, 10, 30), (10, 86_400, 15, 15), (10, -86_400, 15, 0), (-20, 86_400, 10, 30),
            // The clock was ahead when the process began, and was set back by a day.
            (-86_400, -86_370, 60, 30),
            // It had not been set at all: the year 1970.
            (-1_795_176_000, 10, 10, 10),
        ])
    func age(since: Int, wall: Int, uptime: Int, age: Int) {
        let ages = WaitingAges(wall: Self.start, steady: .seconds(100))
        let found = ages.age(
            since: Self.start + .seconds(since), wall: Self.start + .seconds(wall), steady: .seconds(100 + uptime))
        #expect(found == .seconds(age))
    }
}
