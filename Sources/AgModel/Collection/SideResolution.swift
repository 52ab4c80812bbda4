/// What is stored in a place for a picture. Without any byte it counts as nothing.
package enum PlacedPicture<Picture: Sendable & Equatable>: Sendable, Equatable {
    case none
    case empty
    case picture(Picture)

    package var shown: Picture? { if case .picture(let picture) = self { picture } else { nil } }
}

/// A rule that matches an item's name, and its picture for one side.
package struct MatchingRule<Picture: Sendable & Equatable>: Sendable, Equatable {
    package let id: String
    /// Without a picture for a side, lets later rules fill it.
    package let passesThrough: Bool
    package let picture: PlacedPicture<Picture>

    package init(id: String, passesThrough: Bool, picture: PlacedPicture<Picture>) {
        self.id = id
        self.passesThrough = passesThrough
        self.picture = picture
    }
}

/// All that decides which picture stands for one side of an item.
package struct SideState<Picture: Sendable & Equatable>: Sendable {
    package var photo: PlacedPicture<Picture>
    package var ignoresRules: Bool
    /// In their order. What lies behind the one that decides only serves the explanation.
    package var rules: [MatchingRule<Picture>]
    package var catalogURL: String?

    package init(
        photo: PlacedPicture<Picture>, ignoresRules: Bool, rules: [MatchingRule<Picture>], catalogURL: String?
    ) {
        self.photo = photo
        self.ignoresRules = ignoresRules
        self.rules = rules
        self.catalogURL = catalogURL
    }
}

/// The one answer to which picture stands for a side: the item's own photo, else the picture of the first rule that matches its name,
/// else the catalogue's address, else nothing.
///
/// Each side is decided alone. A pure function of `SideState`; every view of an item uses it.
package enum SideResolution<Picture: Sendable & Equatable>: Sendable, Equatable {
    case user(Picture)
    case pattern(Picture, rule: String)
    case catalog(String)
    case none

    package init(_ state: SideState<Picture>) {
        if let photo = state.photo.shown {
            self = .user(photo)
        } else if let (picture, rule) = Self.pattern(state) {
            self = .pattern(picture, rule: rule)
        } else if let url = state.catalogURL, CatalogURL.isPicture(url) {
            self = .catalog(url)
        } else {
            self = .none
        }
    }

    /// The first rule decides, also where it has no picture; one that passes through leaves it to the next.
    fileprivate static func pattern(_ state: SideState<Picture>) -> (Picture, String)? {
        guard !state.ignoresRules else { return nil }
        for rule in state.rules {
            if let picture = rule.picture.shown { return (picture, rule.id) }
            guard rule.passesThrough else { return nil }
        }
        return nil
    }

    package var source: PictureSource {
        switch self {
        case .user: .user
        case .pattern: .pattern
        case .catalog: .catalog
        case .none: .none
        }
    }

    package var picture: Picture? {
        switch self {
        case .user(let picture), .pattern(let picture, _): picture
        case .catalog, .none: nil
        }
    }
}

/// Where a side's picture comes from. The names are a part of the HTTP contract.
package enum PictureSource: String, Sendable, Codable, CaseIterable {
    case user
    case pattern
    case catalog
    case none
}

/// What one tier has for a side, whether or not an earlier tier comes first.
package struct TierExplanation: Sendable, Equatable {
    package let tier: PictureSource
    package let isHit: Bool
    /// A sentence for people.
    package let reason: String
}

extension SideState {
    /// Every tier in order, with a sentence of why.
    package func explained() -> [TierExplanation] {
        [explainedPhoto, explainedRules, explainedCatalog]
    }

    private var explainedPhoto: TierExplanation {
        let reason =
            switch photo {
            case .none: "The item has no photo of its own for this side."
            case .empty: "The item's photo for this side has no bytes, which counts as none."
            case .picture: "The item has a photo of its own for this side."
            }
        return TierExplanation(tier: .user, isHit: photo.shown != nil, reason: reason)
    }

    private var explainedCatalog: TierExplanation {
        let isHit = catalogURL.map { CatalogURL.isPicture($0) } ?? false
        let reason =
            if isHit {
                "The item carries the address of a catalogue's picture."
            } else if catalogURL?.isEmpty ?? true {
                "The item carries no address of a catalogue's picture."
            } else {
                "What the item carries as a catalogue's address is none: it must be http:// or https:// with a host."
            }
        return TierExplanation(tier: .catalog, isHit: isHit, reason: reason)
    }

    private var explainedRules: TierExplanation {
        let hit = SideResolution.pattern(self)
        return TierExplanation(tier: .pattern, isHit: hit != nil, reason: ruleReason(hit?.1))
    }

    private func ruleReason(_ hit: String?) -> String {
        if ignoresRules {
            return "The item ignores the pictures of rules." + help(" Without that, rule", in: rules[...])
        }
        guard let first = rules.first else { return "No enabled rule matches the name." }
        if let hit {
            return hit == first.id
                ? "Rule \(hit) is the first that matches the name, and it has a picture for this side."
                : "Rule \(first.id) matches first, has no picture for this side and passes through; rule \(hit) has one."
        }
        guard let decisive = rules.firstIndex(where: { !$0.passesThrough }) else {
            return "The rules that match the name pass through, and none has a picture for this side."
        }
        let decider = rules[decisive]
        let why =
            decider.picture == .empty ? "its picture for this side has no bytes" : "it has no picture for this side"
        return "Rule \(decider.id) decides, because it matches the name before others, and \(why)."
            + help(" If it passed through, rule", in: rules[(decisive + 1)...])
    }

    /// The rule that would have helped, or nothing.
    private func help(_ condition: String, in later: ArraySlice<MatchingRule<Picture>>) -> String {
        later.first { $0.picture.shown != nil }.map { "\(condition) \($0.id) would have a picture." } ?? ""
    }
}

/// The older answer for a whole item, for clients that still ask it: its obverse alone, and never a catalogue's address.
package enum LegacyResolution<Picture: Sendable & Equatable> {
    /// `user`, `pattern` or `nil`.
    package static func source(of obverse: SideState<Picture>) -> SideResolution<Picture>? {
        var state = obverse
        state.catalogURL = nil
        let resolution = SideResolution(state)
        if case .none = resolution { return nil }
        return resolution
    }
}
