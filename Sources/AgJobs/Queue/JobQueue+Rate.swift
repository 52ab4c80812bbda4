internal import AgBase
internal import AgSQL

/// How many starts the kinds with a rate have left, over all workers together.
struct Allowances: Sendable {
    /// One number per kind: the moment, in microseconds, at which all that was spent is earned again. It is the *theoretical
    /// arrival time* of the generic cell rate algorithm (ITU-T I.371), which needs no history.
    var spentUntil: [JobKind: Int64] = [:]
    /// What one start costs, in microseconds.
    var steps: [JobKind: Int64] = [:]
    var left: [JobKind: Int] = [:]
    /// Until the next start of a kind that has none left; `nil` when all have some.
    var wait: Duration?

    /// Takes kinds without an allowance out, and none beyond it.
    func limit(_ free: [JobKind: Int]) -> [JobKind: Int] {
        left.reduce(into: free) { free, kind in
            guard let room = free[kind.key] else { return }
            free[kind.key] = kind.value > 0 ? min(room, kind.value) : nil
        }
    }

    mutating func add(_ kind: JobKind, _ rate: JobRate, spentUntil stored: Int64, now: Int64) {
        let interval = rate.interval.microseconds
        // A clock that was set back must not hold a kind up for longer than its interval.
        let spent = min(max(stored, now), now + interval)
        let starts = (now + interval - spent) / rate.step
        spentUntil[kind] = spent
        steps[kind] = rate.step
        left[kind] = Int(starts)
        if starts == 0 {
            let until = Duration.microseconds(spent + rate.step - now - interval)
            wait = min(wait ?? until, until)
        }
    }
}

extension JobRate {
    /// Microseconds that one start costs.
    var step: Int64 { max(1, interval.microseconds / Int64(count)) }
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

extension JobQueue {
    /// Reads what is left and keeps others from reading it until the commit.
    ///
    /// The moments are the database's, where it has a clock of its own: with those of several machines, one whose clock is behind
    /// would either never start anything or forget what the others started.
    func allowances(
        of rates: [JobKind: JobRate], _ now: Timestamp, _ tx: any SQLTransaction
    ) throws -> Allowances {
        var allowances = Allowances()
        // In one order in all workers, so that they cannot wait for each other.
        for (kind, rate) in rates.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let clock: SQL = tx.dialect.microseconds ?? "\(now.milliseconds * 1_000)"
            // What is later than all that the rate may have spent was written before the clock was set back.
            let latest: SQL = "\(clock) + \(rate.interval.microseconds)"
            let stored = try tx.first(
                """
                INSERT INTO job_rates (kind, spent_until) VALUES (\(kind), 0)
                ON CONFLICT (kind) DO UPDATE SET spent_until =
                    CASE WHEN job_rates.spent_until > \(latest) THEN \(latest) ELSE job_rates.spent_until END
                RETURNING spent_until, \(clock)
                """
            ) { (spentUntil: try $0[0] as Int64, now: try $0[1] as Int64) }
            guard let stored else { throw SQLError(.other, "The database did not return what a kind has spent.") }
            allowances.add(kind, rate, spentUntil: stored.spentUntil, now: stored.now)
        }
        return allowances
    }

    func spend(_ allowances: Allowances, on jobs: [JobRecord], _ tx: any SQLTransaction) throws {
        for (kind, spent) in allowances.spentUntil.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let count = jobs.count { $0.kind == kind }
            guard count > 0, let step = allowances.steps[kind] else { continue }
            try tx.execute(
                "UPDATE job_rates SET spent_until = \(spent + Int64(count) * step) WHERE kind = \(kind)")
        }
    }
}
