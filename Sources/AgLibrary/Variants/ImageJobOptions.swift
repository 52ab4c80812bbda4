import AgBase

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
        JSONValue.object(Self.names.filter { contains($0.1) }.map { .init(name: $0.0, value: true) }).text
    }

    init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Reads what `payload` wrote; what is no JSON asks for nothing.
    init(payload: String) {
        let json = try? JSONValue(json: payload)
        self = ImageJobOptions(Self.names.filter { json?[$0.0] == true }.map(\.1))
    }
}
