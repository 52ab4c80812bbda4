extension API {
    /// A rule that gives pictures to items by their names: `GET /api/pattern-rules/{id}`, `POST /api/pattern-rules`,
    /// `PUT /api/pattern-rules/{id}`, `POST /api/items/{uuid}/promote`.
    public struct PatternRule: APIValue {
        public typealias ID = Identifier<PatternRule>

        public var id: ID
        /// Words of which one must be in the name; or `regex`.
        public var keywords: String?
        public var regex: String?
        public var text: String
        @Nullable public var catalogId: String?
        public var builtIn: Bool
        public var enabled: Bool
        public var order: Int
        public var passThrough: Bool
        /// Under which its pictures are stored; rules may share one.
        @Nullable public var pictureKey: String?
        public var images: Pictures
        /// Why the stored pattern cannot be used.
        public var problem: String?
        /// What may not be meant; only where a rule was written.
        public var warnings: [Warning]?

        public init(
            id: ID, keywords: String? = nil, regex: String? = nil, text: String, catalogId: String?, builtIn: Bool,
            enabled: Bool, order: Int, passThrough: Bool, pictureKey: String?, images: Pictures,
            problem: String? = nil, warnings: [Warning]? = nil
        ) {
            self.id = id
            self.keywords = keywords
            self.regex = regex
            self.text = text
            self.catalogId = catalogId
            self.builtIn = builtIn
            self.enabled = enabled
            self.order = order
            self.passThrough = passThrough
            self.pictureKey = pictureKey
            self.images = images
            self.problem = problem
            self.warnings = warnings
        }

        public struct Pictures: APIValue {
            @Nullable public var obverse: Image.ID?
            @Nullable public var reverse: Image.ID?

            public init(obverse: Image.ID?, reverse: Image.ID?) {
                self.obverse = obverse
                self.reverse = reverse
            }
        }

        public struct Warning: APIValue {
            public var code: String
            public var detail: String

            public init(code: String, detail: String) {
                self.code = code
                self.detail = detail
            }
        }
    }

    /// All rules in the order in which they are tried: `GET /api/pattern-rules`, `PUT /api/pattern-rules`.
    public struct PatternRules: APIValue {
        public var rules: [PatternRule]

        public init(rules: [PatternRule]) { self.rules = rules }
    }

    /// A rule to add or to change; members that are left out stay as they are: `POST /api/pattern-rules`,
    /// `PUT /api/pattern-rules/{id}`.
    public struct PatternRuleRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case keywords, regex, text, catalogId, enabled, passThrough, pictureKey
        }

        public var keywords: String?
        public var regex: String?
        public var text: String?
        public var catalogId: String?
        public var enabled: Bool?
        public var passThrough: Bool?
        public var pictureKey: String?

        public init(
            keywords: String? = nil, regex: String? = nil, text: String? = nil, catalogId: String? = nil,
            enabled: Bool? = nil, passThrough: Bool? = nil, pictureKey: String? = nil
        ) {
            self.keywords = keywords
            self.regex = regex
            self.text = text
            self.catalogId = catalogId
            self.enabled = enabled
            self.passThrough = passThrough
            self.pictureKey = pictureKey
        }
    }

    /// The order of all rules that are not built in, and whether the others are on: `PUT /api/pattern-rules`.
    public struct ArrangeRulesRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case builtIn, order
        }

        /// `all` or `none`.
        public var builtIn: String?
        public var order: [String]?

        public init(builtIn: String? = nil, order: [String]? = nil) {
            self.builtIn = builtIn
            self.order = order
        }
    }

    /// Names to try the rules on: `POST /api/pattern-rules/match`.
    public struct MatchRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case names, all
        }

        public var names: [String]
        /// Whether rules behind the first are named as well.
        public var all: Bool?

        public init(names: [String], all: Bool? = nil) {
            self.names = names
            self.all = all
        }
    }

    /// In the order of the names: `POST /api/pattern-rules/match`.
    public struct MatchAnswer: APIValue {
        public struct Rule: APIValue {
            public var id: PatternRule.ID
            public var builtIn: Bool
            @Nullable public var catalogId: String?
            public var text: String

            public init(id: PatternRule.ID, builtIn: Bool, catalogId: String?, text: String) {
                self.id = id
                self.builtIn = builtIn
                self.catalogId = catalogId
                self.text = text
            }
        }

        public struct Match: APIValue {
            public var name: String
            @Nullable public var rule: Rule?
            public var reason: String
            /// Only with `all`.
            public var others: [Rule]?

            public init(name: String, rule: Rule?, reason: String, others: [Rule]? = nil) {
                self.name = name
                self.rule = rule
                self.reason = reason
                self.others = others
            }
        }

        public var matches: [Match]

        public init(matches: [Match]) { self.matches = matches }
    }

    /// The rule that an item's photos become: `POST /api/items/{uuid}/promote`.
    public struct PromoteRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case keywords, regex, text, catalogId, enabled, passThrough, images
        }

        public struct Images: APIValue {
            public var obverse: Image.ID?
            public var reverse: Image.ID?

            public init(obverse: Image.ID? = nil, reverse: Image.ID? = nil) {
                self.obverse = obverse
                self.reverse = reverse
            }
        }

        public var keywords: String?
        public var regex: String?
        public var text: String?
        public var catalogId: String?
        public var enabled: Bool?
        public var passThrough: Bool?
        /// Images that were uploaded for this; they count more than the item's photos.
        public var images: Images?

        public init(
            keywords: String? = nil, regex: String? = nil, text: String? = nil, catalogId: String? = nil,
            enabled: Bool? = nil, passThrough: Bool? = nil, images: Images? = nil
        ) {
            self.keywords = keywords
            self.regex = regex
            self.text = text
            self.catalogId = catalogId
            self.enabled = enabled
            self.passThrough = passThrough
            self.images = images
        }
    }

    /// What became of the photos of each side, `restored`, `kept` or `none`: `POST /api/pattern-rules/{id}/demote`.
    public struct Demotion: APIValue {
        public var uuid: String
        public var obverse: String
        public var reverse: String

        public init(uuid: String, obverse: String, reverse: String) {
            self.uuid = uuid
            self.obverse = obverse
            self.reverse = reverse
        }
    }
}
