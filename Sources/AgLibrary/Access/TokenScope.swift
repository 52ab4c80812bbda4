/// How far a credential reaches. Each scope holds those before it.
package enum TokenScope: String, Sendable, Hashable, CaseIterable, Codable {
    /// Look at pictures, jobs and events.
    case read
    /// Add, change and delete pictures.
    case write
    /// Tokens, queues, everything.
    case admin

    package func covers(_ needed: TokenScope) -> Bool {
        rank >= needed.rank
    }

    private var rank: Int {
        switch self {
        case .read: 0
        case .write: 1
        case .admin: 2
        }
    }
}
