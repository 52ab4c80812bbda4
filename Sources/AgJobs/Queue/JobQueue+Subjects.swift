package import AgSQL

extension JobQueue {
    /// A subquery: the subjects that have a job of this kind in one of these states. It stands behind `IN (…)` in a
    /// query of another folder, which need not know the table.
    package static func subjects(kind: JobKind, states: [JobState]) -> SQL {
        "SELECT subject FROM jobs WHERE kind = \(kind) AND state IN \(list: states)"
    }
}
