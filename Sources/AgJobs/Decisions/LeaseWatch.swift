/// Tells the living workers from the dead by their heartbeats, on the observer's own steady clock.
///
/// No moment is ever written down or compared between machines, so no step of a wall clock can take a lease away.
struct LeaseWatch: Sendable {
    private struct Seen {
        var beat: Int64
        var since: Duration
    }

    let lease: Duration
    private var workers: [String: Seen] = [:]

    init(lease: Duration) {
        self.lease = lease
    }

    /// Takes in the beats of all workers that hold jobs; returns those whose beat has stood still for a lease.
    mutating func observe(_ beats: [String: Int64], at now: Duration) -> [String] {
        workers = workers.filter { beats[$0.key] != nil }
        for (worker, beat) in beats where workers[worker]?.beat != beat {
            workers[worker] = Seen(beat: beat, since: now)
        }
        return workers.filter { now - $0.value.since >= lease }.keys.sorted()
    }
}
