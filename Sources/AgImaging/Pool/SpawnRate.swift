/// Keeps children that die at once from being started in a circle: at most five in any second.
struct SpawnRate {
    private static let most = 5
    private static let window = Duration.seconds(1)
    private var starts: [ContinuousClock.Instant] = []

    /// Notes a start, and how long to wait before it.
    mutating func delay(_ now: ContinuousClock.Instant) -> Duration {
        starts.removeAll { now - $0 >= Self.window }
        guard starts.count >= Self.most else {
            starts.append(now)
            return .zero
        }
        // The start will happen when the fifth last is a second old.
        let begin = starts[starts.count - Self.most] + Self.window
        starts.append(begin)
        return max(.zero, begin - now)
    }
}
