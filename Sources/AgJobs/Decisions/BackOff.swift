/// How long to wait before the next attempt: doubled each time, spread so that what failed together does not return together.
struct BackOff: Sendable {
    let base: Duration
    let limit: Duration

    /// - Parameters:
    ///   - failures: how many there have been, from 1.
    ///   - chance: 0 up to 1; gives 80 % to 120 % of the exact wait.
    func wait(after failures: Int, chance: Double) -> Duration {
        // 2^20 times any base is beyond every limit, and more would overflow.
        let doubled = base * (1 << min(max(failures - 1, 0), 20))
        return min(doubled, limit) * (0.8 + 0.4 * chance)
    }
}
