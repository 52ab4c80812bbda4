internal import AgSQL

extension JobQueue {
    /// Forgets jobs that finished more than `keptHours` hours of service ago. Returns how many.
    @discardableResult
    package func trim() async throws -> Int {
        let limit = try await database.write { try self.events.hours.advance(in: $0) } - Int64(settings.keptHours)
        var total = 0
        // In steps, so that no writer waits long behind a large one.
        while case let count = try await trimStep(limit), count > 0 { total += count }
        return total
    }

    private func trimStep(_ limit: Int64) async throws -> Int {
        try await database.write { tx in
            let gone = try tx.all(
                """
                DELETE FROM jobs WHERE id IN (SELECT id FROM jobs
                    WHERE finished_hour IS NOT NULL AND finished_hour < \(limit) LIMIT 1000)
                RETURNING kind, state
                """
            ) { [try $0[0] as String, try $0[1] as String] }
            for (key, group) in Dictionary(grouping: gone, by: \.self) {
                guard let state = JobState(rawValue: key[1]) else { continue }
                self.count(JobKind(key[0]), state, by: -group.count, in: tx)
            }
            return gone.count
        }
    }
}
