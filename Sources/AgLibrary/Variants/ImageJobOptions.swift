/// What a job on one image was asked for beside its kind, as its payload carries it.
struct ImageJobOptions: OptionSet, Sendable {
    let rawValue: Int

    /// Also what is there already is made anew.
    static let again = ImageJobOptions(rawValue: 1)
    /// Makes what can be made of a picture that lost data, instead of failing.
    static let allowDamaged = ImageJobOptions(rawValue: 2)

    private static let names: [(String, ImageJobOptions)] = [("again", .again), ("allowDamaged", .allowDamaged)]

    /// What a job is asked for that is asked for twice.
    @Sendable static func join(_ old: String, _ new: String) -> String {
        ImageJobOptions(payload: old).union(ImageJobOptions(payload: new)).payload
    }

    /// JSON; `{}` for none.
    var payload: String {
        let members = Self.names.filter { contains($0.1) }.map { "\"\($0.0)\":true" }
        return "{\(members.joined(separator: ","))}"
    }

    init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Reads what `payload` wrote; nobody else writes it.
    init(payload: String) {
        let found = Self.names.filter { payload.contains("\"\($0.0)\":true") }
        self = ImageJobOptions(found.map(\.1))
    }
}
