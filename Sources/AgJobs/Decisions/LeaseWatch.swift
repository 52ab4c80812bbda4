/// Tells the living workers from the dead by their heartbeats, on the observer's own steady clock.
///
/// No moment is ever written down or compared between machines, so no step of a wall clock can take a lease away. And only time
/// in which the observer could look counts: while the database is away no node can beat, and when it is back the first observer
/// must not take all the others for dead.
struct LeaseWatch: Sendable {
    private struct Seen {
        var beat: Int64
        /// How long the beat has stood still.
        var stood: Duration
    }

    let lease: Duration
    /// What one look adds at most.
    private let longestStep: Duration
    private var lastLook: Duration?
    private var workers: [String: Seen] = [:]

    /// - Parameter interval: how often `observe` is called while all is well.
    init(lease: Duration, every interval: Duration) {
        self.lease = lease
        longestStep = interval * 2
    }

    /// Takes in the beats of all workers that hold jobs; returns those whose beat has stood still for a lease.
    mutating func observe(_ beats: [String: Int64], at now: Duration) -> [String] {
        let step = min(now - (lastLook ?? now), longestStep)
        lastLook = now
        workers = workers.filter { beats[$0.key] != nil }
        for (worker, beat) in beats {
            if workers[worker]?.beat == beat {
                workers[worker]?.stood += step
            } else {
                workers[worker] = Seen(beat: beat, stood: .zero)
            }
        }
        return workers.filter { $0.value.stood >= lease }.keys.sorted()
    }
}
