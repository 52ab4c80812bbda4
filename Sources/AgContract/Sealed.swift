// Sealed delivery, and uploads in pieces.
extension API {
    /// What a client needs to fetch and open a picture sealed: `GET /api/images/{id}/record`.
    public struct SealedRecord: APIValue {
        /// What to ask `GET /pixstore-image/{id}` for.
        public var id: String
        /// Grows with each change of the content; at most 2^53-1.
        public var token: Int64
        public var meta: SealedKey
        public var statelessProof: String
        /// Only where `x-argentum-wire: 1` was asked for.
        public var argentum: WireRecord?

        public init(id: String, token: Int64, meta: SealedKey, statelessProof: String, argentum: WireRecord? = nil) {
            self.id = id
            self.token = token
            self.meta = meta
            self.statelessProof = statelessProof
            self.argentum = argentum
        }
    }

    /// What opens a picture's ciphertext (AES-256-GCM), each in Base64.
    public struct SealedKey: APIValue {
        public var key: String
        public var iv: String
        public var tag: String

        public init(key: String, iv: String, tag: String) {
            self.key = key
            self.iv = iv
            self.tag = tag
        }
    }

    /// By which a client of Argentum's own wire checks a record.
    public struct WireRecord: APIValue {
        public var wire: Int
        public var key: String
        public var head: String
        public var server: String

        public init(wire: Int, key: String, head: String, server: String) {
            self.wire = wire
            self.key = key
            self.head = head
            self.server = server
        }
    }

    /// Another name of an image for sealed delivery: `PUT /api/images/{id}/alias`.
    public struct ImageAlias: APIValue {
        public var imageId: Image.ID
        @Nullable public var alias: String?

        public init(imageId: Image.ID, alias: String?) {
            self.imageId = imageId
            self.alias = alias
        }
    }

    /// The name to give, or null to take it away, which has to be said: `PUT /api/images/{id}/alias`.
    public struct AliasRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case alias
        }

        public var alias: String?

        public init(alias: String?) { self.alias = alias }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            guard members.contains(.alias) else {
                throw DecodingError.keyNotFound(
                    CodingKeys.alias, .init(codingPath: members.codingPath, debugDescription: "is missing"))
            }
            alias = try members.decodeIfPresent(String.self, forKey: .alias)
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            if let alias { try members.encode(alias, forKey: .alias) } else { try members.encodeNil(forKey: .alias) }
        }
    }

    /// How far an upload in pieces is, and what came of it: `GET /api/uploads/{uploadId}`.
    public struct UploadState: APIValue {
        /// How many bytes are there.
        public var offset: Int64
        /// How many there will be; null before the upload began.
        @Nullable public var length: Int64?
        /// `open`, `receiving`, `done` or `expired`.
        public var state: String
        public var imageId: Image.ID?
        public var isNew: Bool?

        public init(offset: Int64, length: Int64?, state: String, imageId: Image.ID? = nil, isNew: Bool? = nil) {
            self.offset = offset
            self.length = length
            self.state = state
            self.imageId = imageId
            self.isNew = isNew
        }
    }
}
