/// A handler's word that its answer may be given again to the same question by the same caller.
struct Reusable: Sendable {
    /// How long an answer is given again at most; what other processes write is noticed then.
    static let patience: Duration = .seconds(1)

    /// Whether nothing has been written since that the answer depends on. Asked for each request: it must be quick.
    let isCurrent: @Sendable () -> Bool
    let until: ContinuousClock.Instant

    /// - Parameters:
    ///   - end: when it ends in any case, such as the end of a signature.
    ///   - patience: another one only for tests, which a busy machine must not hold up.
    init(
        until end: ContinuousClock.Instant? = nil, patience: Duration = patience,
        isCurrent: @escaping @Sendable () -> Bool
    ) {
        self.isCurrent = isCurrent
        let latest = ContinuousClock.now + patience
        until = end.map { min($0, latest) } ?? latest
    }
}
