internal import AgModel
internal import AgSQL

/// A stretch of the log as it was read in one go.
struct EventPage: Sendable {
    let events: [Event]
    /// The number of the last row, also when it could not be shown; `nil` when there was none.
    let last: Int64?
    /// There may be more behind it.
    let isFull: Bool
    /// The ends of the whole log at that moment.
    let oldest: Int64
    let latest: Int64

    static func read(after position: Int64, _ count: Int, _ connection: any SQLConnection) throws -> EventPage {
        let rows = try connection.all(
            """
            SELECT sequence, type, subject_kind, subject_id, data, at FROM events
            WHERE sequence > \(position) ORDER BY sequence LIMIT \(count)
            """
        ) { $0 }
        let bounds = try bounds(connection)
        return EventPage(
            events: try rows.compactMap(event), last: try rows.last?[0], isFull: rows.count == count,
            oldest: bounds.oldest, latest: bounds.latest)
    }

    /// Two look-ups at the ends of the key; `min` and `max` in one query would read it all.
    static func bounds(_ connection: any SQLConnection) throws -> (oldest: Int64, latest: Int64) {
        let oldest: Int64? = try connection.value("SELECT sequence FROM events ORDER BY sequence LIMIT 1")
        let latest: Int64? = try connection.value("SELECT sequence FROM events ORDER BY sequence DESC LIMIT 1")
        return (oldest ?? 1, latest ?? 0)
    }

    /// A type this program does not know comes from a newer one beside it and is passed over.
    private static func event(_ row: Row) throws -> Event? {
        guard let type = EventType(rawValue: try row[1]) else { return nil }
        return Event(
            sequence: try row[0], type: type, subject: try subject(row[2], row[3]), data: try row[4], at: try row[5])
    }

    private static func subject(_ kind: String?, _ id: String?) throws -> EventSubject? {
        guard let kind, let id else { return nil }
        return EventSubject(EventSubject.Kind(kind), id)
    }
}
