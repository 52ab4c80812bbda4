internal import AgBase
internal import AgModel
internal import AgSQL

/// What one transaction adds to the log and to the totals of finished jobs. It is collected while the transaction runs, and
/// written as its last statements.
///
/// Numbers of events must be committed in their order: a follower that saw 8 before 7 would never come back for 7. So the
/// writers of a database with several take turns, and as this is the last thing each of them does, none holds the turn while
/// it waits for anything else. The totals are rows that all of them change, and share the turn.
final class LogTail: TransactionTail {
    private struct Entry {
        let type: EventType
        let subject: EventSubject?
        let data: String
        let at: Timestamp
    }

    private struct Total: Hashable {
        let kind: JobKind
        let state: JobState
    }

    /// The most events in one statement. Fewer are written in powers of two, so that few texts have to be prepared.
    private static let most = 64

    private var entries: [Entry] = []
    private var totals: [Total: Int] = [:]

    init() {}

    func join(_ later: LogTail) {
        entries += later.entries
        totals.merge(later.totals, uniquingKeysWith: +)
    }

    func add(_ type: EventType, _ subject: EventSubject?, data: String, at moment: Timestamp) {
        entries.append(Entry(type: type, subject: subject, data: data, at: moment))
    }

    func count(_ kind: JobKind, _ state: JobState, by change: Int) {
        totals[Total(kind: kind, state: state), default: 0] += change
    }

    func write(in tx: any SQLConnection) throws {
        if let lock = tx.dialect.lock("events") { _ = try tx.first(lock) { _ in } }
        for (total, change) in totals where change != 0 { try write(total, change, in: tx) }
        var rest = entries[...]
        while !rest.isEmpty {
            let page = rest.prefix(Self.size(rest.count))
            rest = rest.dropFirst(page.count)
            try tx.execute(Self.insertion(of: page))
        }
    }

    private static func size(_ count: Int) -> Int {
        min(most, 1 << (Int.bitWidth - 1 - count.leadingZeroBitCount))
    }

    private static func insertion(of page: ArraySlice<Entry>) -> SQL {
        var statement: SQL = "INSERT INTO events (type, subject_kind, subject_id, data, at) VALUES "
        for (index, entry) in page.enumerated() {
            if index > 0 { statement += ", " }
            statement += "(\(entry.type.rawValue), \(entry.subject?.kind.rawValue), \(entry.subject?.id), "
            statement += "\(entry.data), \(entry.at))"
        }
        return statement
    }

    private func write(_ total: Total, _ change: Int, in tx: any SQLConnection) throws {
        try tx.execute(
            """
            INSERT INTO job_totals (kind, state, number) VALUES (\(total.kind), \(total.state), \(change))
            ON CONFLICT (kind, state) DO UPDATE SET number = job_totals.number + excluded.number
            """)
    }
}
