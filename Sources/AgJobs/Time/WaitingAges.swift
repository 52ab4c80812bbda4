internal import AgBase

/// How long something has waited since a moment that the wall clock named, whatever was done to that clock meanwhile.
///
/// The wall clock's own difference is bounded by what the steady clock has seen since this process began, so a clock that
/// jumps forward makes nothing old, and one that is set back makes nothing younger than new.
struct WaitingAges: Sendable {
    /// No installation is older: a moment before it was written with a clock that had not been set yet.
    private static let firstRelease = Timestamp(milliseconds: 1_735_689_600_000)

    /// Both clocks when the process began.
    private let wallStart: Timestamp
    private let steadyStart: Duration

    init(wall: Timestamp, steady: Duration) {
        wallStart = wall
        steadyStart = steady
    }

    func age(since moment: Timestamp, wall: Timestamp, steady: Duration) -> Duration {
        let uptime = steady - steadyStart
        let isFromBefore = Self.firstRelease <= moment && moment < wallStart
        let most = isFromBefore ? (wallStart - moment) + uptime : uptime
        return max(.zero, min(wall - moment, most))
    }
}
