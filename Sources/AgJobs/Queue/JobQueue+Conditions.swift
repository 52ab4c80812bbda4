package import AgSQL

extension JobQueue {
    /// Unfinished states, which have an index of their own.
    package enum LiveState: String, Sendable {
        case queued
        case active
    }

    /// A condition: the subject, which is an expression of the query around it, has a job of this kind in this state.
    /// For queries of another folder, which need not know the table. Costs one look into an index for each row.
    package func hasJob(_ kind: JobKind, _ state: LiveState, about subject: SQL) -> SQL {
        // The states stand as text, because a partial index is used only when the planner can read them.
        """
        EXISTS (SELECT 1 FROM jobs j\(raw: database.dialect.index("jobs_live")) WHERE j.kind = \(kind)
            AND j.subject = \(subject) AND j.state IN ('queued', 'active') AND j.state = '\(raw: state.rawValue)')
        """
    }
}
