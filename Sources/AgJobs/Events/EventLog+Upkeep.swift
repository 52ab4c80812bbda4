internal import AgBase
internal import AgSQL

extension EventLog {
    /// Looks for events of other processes and trims the log, until cancelled. Live delivery works without it.
    package func run() async {
        var nextTrim = clock.elapsed()
        while !Task.isCancelled {
            wake()
            if clock.elapsed() >= nextTrim {
                await trimQuietly()
                nextTrim = clock.elapsed() + .seconds(300)
            }
            try? await clock.sleep(for: settings.poll)
        }
    }

    /// Deletes what is older than `keptHours` hours of service or beyond `keptCount`; the newest event always stays.
    /// Returns how many.
    @discardableResult
    package func trim() async throws -> Int {
        let limit = try await database.write { tx in
            let hour = try self.hours.advance(in: tx)
            let oldest = hour - Int64(self.settings.keptHours)
            let aged: Int64 =
                try tx.value("SELECT sequence FROM service_hours WHERE hour <= \(oldest) ORDER BY hour DESC LIMIT 1")
                ?? 0
            try tx.execute("DELETE FROM service_hours WHERE hour < \(oldest)")
            let latest: Int64 = try tx.value("SELECT sequence FROM events ORDER BY sequence DESC LIMIT 1") ?? 0
            return min(max(aged, latest - self.settings.keptCount), latest - 1)
        }
        var total = 0
        // In steps, so that no writer waits long behind a large trim.
        while case let count = try await deleteStep(upTo: limit), count > 0 { total += count }
        return total
    }

    private func deleteStep(upTo limit: Int64) async throws -> Int {
        try await database.write { tx in
            try tx.execute(
                """
                DELETE FROM events WHERE sequence IN
                    (SELECT sequence FROM events WHERE sequence <= \(limit) ORDER BY sequence LIMIT 2000)
                """)
        }
    }

    private func trimQuietly() async {
        do {
            try await trim()
        } catch {
            report("the event log could not be trimmed", error)
        }
    }
}
