package import AgBase

extension SQLError: TellsFault {
    /// What a client is told: a full or failing disk is an answer, everything else is our mistake.
    package var fault: Fault {
        switch code {
        case .full: .storageFull(cause: self)
        // SQLite calls a file corrupt that the disk could not read, too.
        case .io, .corrupt: Self.away("The database does not work at the moment; try again later.", .seconds(10), self)
        case .busy, .conflict: Self.away("The database is busy; try again.", .seconds(1), self)
        case .timedOut:
            Fault(
                .unavailable, "query-timed-out",
                "The database took too long to answer this; ask for less, or try again later.",
                retryAfter: .seconds(5), cause: self)
        case .closed: Self.away("The server is stopping.", .seconds(5), self)
        case .unique, .foreignKey, .constraint, .schema, .mismatch, .misuse, .other:
            .internalError(cause: self)
        }
    }

    private static func away(_ message: String, _ wait: Duration, _ cause: SQLError) -> Fault {
        Fault(.unavailable, "database-unavailable", message, retryAfter: wait, cause: cause)
    }
}
