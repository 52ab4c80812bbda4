import AgModel
import Testing

@Suite("A side of an item")
struct SideResolutionTests {
    private typealias State = SideState<String>

    private static let placed: [PlacedPicture<String>] = [.none, .empty, .picture("p")]

    /// Rules that match, in their order: up to three, each with or without a picture, passing through or not.
    private static var ruleLists: [[MatchingRule<String>]] {
        let one = placed.flatMap { picture in [true, false].map { (picture, $0) } }
        func rules(_ list: [(PlacedPicture<String>, Bool)]) -> [MatchingRule<String>] {
            list.enumerated().map { index, item in
                let picture: PlacedPicture<String> = item.0.shown == nil ? item.0 : .picture("rule \(index)")
                return MatchingRule(id: "\(index)", passesThrough: item.1, picture: picture)
            }
        }
        let none: [[(PlacedPicture<String>, Bool)]] = [[]]
        let twos = one.flatMap { first in one.map { [first, $0] } }
        let threes = twos.flatMap { two in one.map { two + [$0] } }
        return (none + one.map { [$0] } + twos + threes).map(rules)
    }

    /// Photo, flag, rules and address: every combination.
    private static var states: [State] {
        placed.flatMap { photo in
            [true, false].flatMap { ignores in
                ruleLists.flatMap { rules in
                    [nil, "", "https://c.example/o.jpg", "ftp://c.example/o.jpg"].map { url in
                        State(photo: photo, ignoresRules: ignores, rules: rules, catalogURL: url)
                    }
                }
            }
        }
    }

    @Test("shows the first tier that has a picture, in every state that can be")
    func everyState() {
        #expect(Self.states.count > 6_000)
        for state in Self.states {
            let deciding = state.ignoresRules ? nil : decidingRule(state.rules)
            let wanted: SideResolution<String> =
                if case .picture(let photo) = state.photo {
                    .user(photo)
                } else if let rule = deciding, case .picture(let picture) = rule.picture {
                    .pattern(picture, rule: rule.id)
                } else if state.catalogURL == "https://c.example/o.jpg" {
                    .catalog("https://c.example/o.jpg")
                } else {
                    .none
                }
            #expect(SideResolution(state) == wanted, "\(state)")
        }
    }

    /// The first with a picture, as long as all before it pass through.
    private func decidingRule(_ rules: [MatchingRule<String>]) -> MatchingRule<String>? {
        let end = rules.firstIndex { !$0.passesThrough } ?? rules.count - 1
        return rules.prefix(end + 1).first { $0.picture.shown != nil }
    }

    @Test("is explained by tiers of which the first hit is what it shows, each with a reason")
    func explained() {
        for state in Self.states {
            let tiers = state.explained()
            #expect(tiers.map(\.tier) == [.user, .pattern, .catalog])
            #expect(tiers.allSatisfy { !$0.reason.isEmpty })
            #expect(tiers.first(where: \.isHit)?.tier ?? .none == SideResolution(state).source, "\(state)")
        }
    }

    @Test("names the later rule that would have helped")
    func laterRule() {
        let rules = [
            MatchingRule<String>(id: "bare", passesThrough: false, picture: .none),
            MatchingRule<String>(id: "full", passesThrough: false, picture: .picture("p")),
        ]
        let state = State(photo: .none, ignoresRules: false, rules: rules, catalogURL: nil)
        let reason = state.explained()[1].reason
        #expect(reason.contains("bare") && reason.contains("full"), "\(reason)")
        var ignoring = state
        ignoring.ignoresRules = true
        #expect(ignoring.explained()[1].reason.contains("full"))
    }

    @Test(
        "takes a catalogue's address only where it is one",
        arguments: [
            ("https://c.example/o.jpg", true), ("HTTP://c.example", true), ("http://a.b", true),
            ("httpscexampleo", false),
            ("ftp://c.example/r.jpg", false), ("https://example", false), ("https://.b", false), ("https://a.", false),
            ("https://a.\n", false), ("https://a\n.b", false), ("https://..b", true), (" https://a.b", false),
            ("", false), ("https://", false),
            ("https://a.b\nrest", true), ("https://\u{2028}a.b", false), ("javascript:alert(1)//https://a.b", false),
        ])
    func address(_ text: String, _ isPicture: Bool) {
        #expect(CatalogURL.isPicture(text) == isPicture)
    }
}
