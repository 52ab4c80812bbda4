/// What a job needs most, and so what it waits for: jobs of different lanes never hold each other up.
package enum JobLane: String, Sendable, CaseIterable {
    /// A codec process, which is a processor core.
    case codecs
    /// Another server's answer.
    case network
    /// Long reads and writes of the storage.
    case disk
}

/// How many jobs of each lane a worker runs at once.
package struct JobSlots: Sendable, Hashable {
    package var codecs: Int
    package var network: Int
    package var disk: Int

    /// - Parameters:
    ///   - network: such jobs mostly wait, so more of them than cores.
    ///   - disk: more would only make the disk's head or queue the limit.
    package init(codecs: Int, network: Int = 8, disk: Int = 2) {
        self.codecs = max(1, codecs)
        self.network = max(1, network)
        self.disk = max(1, disk)
    }

    package subscript(lane: JobLane) -> Int {
        switch lane {
        case .codecs: codecs
        case .network: network
        case .disk: disk
        }
    }
}

/// How many jobs of which kinds a worker has room for.
struct Slots: Sendable {
    /// Room in one lane.
    struct Opening: Sendable, Equatable {
        /// The most jobs of all its kinds together.
        var room: Int
        /// The most of each kind that has any room.
        var kinds: [JobKind: Int]
    }

    let slots: JobSlots
    /// Of each kind the worker can do.
    let policies: [JobKind: JobPolicy]

    /// The lanes that have room, given what runs.
    func openings(running: [JobKind: Int]) -> [Opening] {
        JobLane.allCases.compactMap { opening($0, running) }
    }

    private func opening(_ lane: JobLane, _ running: [JobKind: Int]) -> Opening? {
        let kinds = policies.filter { $0.value.lane == lane }
        let room = slots[lane] - running.filter { kinds[$0.key] != nil }.values.reduce(0, +)
        guard room > 0 else { return nil }
        let free = kinds.mapValues(\.concurrency).reduce(into: [JobKind: Int]()) { free, limit in
            let left = min(room, limit.value - (running[limit.key] ?? 0))
            if left > 0 { free[limit.key] = left }
        }
        return free.isEmpty ? nil : Opening(room: room, kinds: free)
    }
}
