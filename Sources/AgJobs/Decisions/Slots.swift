/// How many jobs of which kinds a worker has room for.
struct Slots: Sendable {
    let total: Int
    /// The limit of each kind the worker can do.
    let limits: [JobKind: Int]

    /// The room left for each kind that has any, given what runs.
    func free(running: [JobKind: Int]) -> [JobKind: Int] {
        let room = total - running.values.reduce(0, +)
        guard room > 0 else { return [:] }
        return
            limits
            .reduce(into: [:]) { free, limit in
                let left = min(room, limit.value - (running[limit.key] ?? 0))
                if left > 0 { free[limit.key] = left }
            }
    }

    func room(running: [JobKind: Int]) -> Int {
        max(0, total - running.values.reduce(0, +))
    }
}
