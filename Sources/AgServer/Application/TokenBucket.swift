import AgBase

/// A minute's worth of requests that refills steadily. Pure: the moment is told to it.
struct TokenBucket: Sendable {
    private let perMinute: Int
    private var level: Double
    private var at: Timestamp

    init(perMinute: Int, at now: Timestamp) {
        self.perMinute = perMinute
        level = Double(perMinute)
        at = now
    }

    /// Takes one request; how long to wait for the next one when there is none.
    mutating func take(_ now: Timestamp) -> Duration? {
        let wait = wait(now)
        if wait == nil { level -= 1 }
        return wait
    }

    /// Takes what was admitted elsewhere, down to nothing.
    mutating func spend(_ count: Int, _ now: Timestamp) {
        refill(now)
        level -= min(level.rounded(.down), Double(count))
    }

    /// How long to wait until there is one; `nil` when there is.
    mutating func wait(_ now: Timestamp) -> Duration? {
        refill(now)
        if level >= 1 { return nil }
        return .milliseconds(Int64(((1 - level) * 60_000 / Double(perMinute)).rounded(.up)))
    }

    /// Nothing is remembered in it that a new one would not have.
    mutating func isFull(_ now: Timestamp) -> Bool {
        refill(now)
        return level >= Double(perMinute)
    }

    /// A clock that was set back gives nothing and takes nothing.
    private mutating func refill(_ now: Timestamp) {
        let minutes = max(0, (now - at).inSeconds / 60)
        level = min(Double(perMinute), level + minutes * Double(perMinute))
        at = now
    }
}
