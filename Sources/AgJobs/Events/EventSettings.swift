/// How much of the log is kept and how far a subscriber may fall behind.
package struct EventSettings: Sendable {
    /// Hours of service, not of the wall clock: a clock set ahead deletes nothing.
    package var keptHours: Int = 168
    package var keptCount: Int64 = 1_000_000
    /// Events waiting for one subscriber before it is told to resync.
    package var buffer: Int = 256
    /// Events read at a time for replay.
    package var page: Int = 500
    /// How often to look for events of other processes.
    package var poll: Duration = .seconds(1)

    package init() {}
}
