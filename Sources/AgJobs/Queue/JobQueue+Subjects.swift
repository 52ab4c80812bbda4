package import AgSQL

extension JobQueue {
    /// Unfinished states, which have an index of their own.
    package enum LiveState: String, Sendable {
        case queued
        case active
    }

    /// A subquery: the subjects that have a job of this kind in this state. It stands behind `IN (…)` in a query of
    /// another folder, which need not know the table.
    package func subjects(kind: JobKind, _ state: LiveState) -> SQL {
        // The states stand as text, because a partial index is used only when the planner can read them.
        """
        SELECT subject FROM jobs\(raw: database.dialect.index("jobs_live"))
        WHERE kind = \(kind) AND state IN ('queued', 'active') AND state = '\(raw: state.rawValue)'
        """
    }
}
