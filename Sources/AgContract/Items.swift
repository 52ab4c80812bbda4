extension API {
    /// An item of the collection, with all of its members as they were written: `GET /api/items/{uuid}`, `POST /api/items`,
    /// `PUT /api/items/{uuid}`, `PATCH /api/items/{uuid}`, which takes only what changes.
    public struct Item: APIValue {
        public var json: JSON

        public init(_ json: JSON) { self.json = json }

        public init(from decoder: any Decoder) throws { json = try JSON(from: decoder) }

        public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }

        public var uuid: String? { json["uuid"]?.string }
        public var name: String? { json["name"]?.string }
    }

    /// A page of items: `GET /api/items`.
    public struct ItemPage: APIValue {
        public var items: [Item]
        /// The cursor of the next page.
        @Nullable public var next: String?

        public init(items: [Item], next: String?) {
            self.items = items
            self.next = next
        }
    }

    /// What became of each element of an inventory, in order: `POST /api/items/import`.
    public struct ImportAnswer: APIValue {
        public struct Outcome: APIValue {
            @Nullable public var uuid: String?
            /// `added`, `changed`, `unchanged` or `refused`.
            public var outcome: String
            /// Why it was refused.
            public var code: String?
            public var detail: String?

            public init(uuid: String?, outcome: String, code: String? = nil, detail: String? = nil) {
                self.uuid = uuid
                self.outcome = outcome
                self.code = code
                self.detail = detail
            }
        }

        public var items: [Outcome]

        public init(items: [Outcome]) { self.items = items }
    }
}

// Which pictures stand for an item's sides.
extension API {
    /// Both sides of an item: `GET /api/items/{uuid}/images`.
    public struct ItemSides: APIValue {
        public var obverse: ItemSide
        public var reverse: ItemSide

        public init(obverse: ItemSide, reverse: ItemSide) {
            self.obverse = obverse
            self.reverse = reverse
        }
    }

    /// What stands for one side of an item.
    public struct ItemSide: APIValue {
        /// `user`, `pattern`, `catalog` or `none`.
        public var source: String
        @Nullable public var url: String?
        @Nullable public var imageId: Image.ID?
        /// The rule whose picture it is.
        public var ruleId: String?
        /// What each source has and why; only with `explain`.
        public var tiers: [Tier]?

        public init(
            source: String, url: String?, imageId: Image.ID?, ruleId: String? = nil, tiers: [Tier]? = nil
        ) {
            self.source = source
            self.url = url
            self.imageId = imageId
            self.ruleId = ruleId
            self.tiers = tiers
        }

        public struct Tier: APIValue {
            public var tier: String
            public var hit: Bool
            public var reason: String

            public init(tier: String, hit: Bool, reason: String) {
                self.tier = tier
                self.hit = hit
                self.reason = reason
            }
        }
    }

    /// The obverse's source without the catalogue: `GET /api/items/{uuid}/images/legacy`.
    public struct LegacyPicture: APIValue {
        @Nullable public var catalogId: String?
        /// `user` or `pattern`.
        @Nullable public var source: String?

        public init(catalogId: String?, source: String?) {
            self.catalogId = catalogId
            self.source = source
        }
    }

    /// Many items at once: `POST /api/items/images/resolve`.
    public struct ResolveRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case uuids
        }

        public var uuids: [String]

        public init(uuids: [String]) { self.uuids = uuids }
    }

    /// In the order of the uuids: `POST /api/items/images/resolve`.
    public struct ResolvedItems: APIValue {
        public var items: [ResolvedItem]

        public init(items: [ResolvedItem]) { self.items = items }
    }

    /// Both sides of an item, or why there is no answer.
    public struct ResolvedItem: APIValue {
        public struct Refusal: APIValue {
            public var code: String
            public var detail: String

            public init(code: String, detail: String) {
                self.code = code
                self.detail = detail
            }
        }

        public var uuid: String
        public var obverse: ItemSide?
        public var reverse: ItemSide?
        public var error: Refusal?

        public init(uuid: String, obverse: ItemSide? = nil, reverse: ItemSide? = nil, error: Refusal? = nil) {
            self.uuid = uuid
            self.obverse = obverse
            self.reverse = reverse
            self.error = error
        }
    }

    /// The image that was linked to a side: `PUT /api/items/{uuid}/images/{side}`, `PUT /api/pattern-rules/{id}/images/{side}`.
    public struct LinkedPicture: APIValue {
        public var imageId: Image.ID
        /// Whether its bytes were not there before.
        public var isNew: Bool
        /// All of the image, where its bytes came with the call. On the wire its members stand among the others.
        public var image: Image?

        public init(imageId: Image.ID, isNew: Bool) {
            self.imageId = imageId
            self.isNew = isNew
        }

        public init(_ uploaded: UploadedImage) {
            imageId = uploaded.imageId
            isNew = uploaded.isNew
            image = uploaded.image
        }

        private enum CodingKeys: String, CodingKey {
            case imageId, isNew, sha256
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            imageId = try members.decode(Image.ID.self, forKey: .imageId)
            isNew = try members.decode(Bool.self, forKey: .isNew)
            image = members.contains(.sha256) ? try Image(from: decoder) : nil
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            if let image { try image.encode(to: encoder) } else { try members.encode(imageId, forKey: .imageId) }
            try members.encode(isNew, forKey: .isNew)
        }
    }
}
