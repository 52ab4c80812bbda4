internal import AgSQL

/// The kinds that are not to be started.
struct Pauses: Sendable {
    /// The row that pauses every kind.
    static let everything = "*"

    let isEverything: Bool
    let kinds: Set<JobKind>

    init(_ connection: any SQLConnection) throws {
        let names = try connection.all("SELECT kind FROM job_pauses") { try $0[0] as String }
        isEverything = names.contains(Self.everything)
        kinds = Set(names.filter { $0 != Self.everything }.map { JobKind($0) })
    }

    func holds(_ kind: JobKind) -> Bool {
        isEverything || kinds.contains(kind)
    }
}
