extension API {
    /// What came of a form of pictures: `POST /api/images/upload`, whose request is `multipart/form-data`.
    public struct UploadAnswer: APIValue {
        /// In the order of the accepted files.
        public var images: [UploadedImage]
        /// The files that were not accepted.
        public var errors: [FileRefusal]

        public init(images: [UploadedImage], errors: [FileRefusal]) {
            self.images = images
            self.errors = errors
        }
    }

    /// An image that a form was answered with: `POST /api/images/upload`.
    @dynamicMemberLookup
    public struct UploadedImage: APIValue {
        /// On the wire its members stand among the others.
        public var image: Image
        /// Whether these bytes were not there before.
        public var isNew: Bool

        public init(image: Image, isNew: Bool) {
            self.image = image
            self.isNew = isNew
        }

        public subscript<Value>(dynamicMember path: KeyPath<Image, Value>) -> Value { image[keyPath: path] }

        private enum CodingKeys: String, CodingKey {
            case isNew
        }

        public init(from decoder: any Decoder) throws {
            image = try Image(from: decoder)
            isNew = try decoder.container(keyedBy: CodingKeys.self).decode(Bool.self, forKey: .isNew)
        }

        public func encode(to encoder: any Encoder) throws {
            try image.encode(to: encoder)
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(isNew, forKey: .isNew)
        }
    }

    /// Why a file of a form was not accepted.
    public struct FileRefusal: APIValue {
        public var filename: String
        /// Stable and kebab-case.
        public var code: String
        public var detail: String

        public init(filename: String, code: String, detail: String) {
            self.filename = filename
            self.code = code
            self.detail = detail
        }
    }
}

// One-time upload URLs.
extension API {
    /// What a one-time upload URL shall take: `POST /api/uploads`.
    public struct UploadURLRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case maxBytes, contentType, sha256, sessionId, filename, expiresIn
        }

        public var maxBytes: Int64?
        /// The content must turn out to be this.
        public var contentType: String?
        /// The content must have this hash.
        public var sha256: String?
        public var sessionId: String?
        public var filename: String?
        /// Seconds, 900 by default.
        public var expiresIn: Int?

        public init(
            maxBytes: Int64? = nil, contentType: String? = nil, sha256: String? = nil, sessionId: String? = nil,
            filename: String? = nil, expiresIn: Int? = nil
        ) {
            self.maxBytes = maxBytes
            self.contentType = contentType
            self.sha256 = sha256
            self.sessionId = sessionId
            self.filename = filename
            self.expiresIn = expiresIn
        }
    }

    /// A one-time upload URL, which carries its own authority: `POST /api/uploads`.
    public struct UploadURL: APIValue {
        public typealias ID = Identifier<UploadURL>

        public var uploadId: ID
        public var uploadUrl: String
        public var expiresAt: Moment

        public init(uploadId: ID, uploadUrl: String, expiresAt: Moment) {
            self.uploadId = uploadId
            self.uploadUrl = uploadUrl
            self.expiresAt = expiresAt
        }
    }

    /// The image that an upload URL's body became: `POST /api/uploads/{uploadId}`, `PUT /api/uploads/{uploadId}`. The request is the
    /// picture's bytes.
    @dynamicMemberLookup
    public struct GrantUpload: APIValue {
        /// Of the bytes: the same for all images that show them.
        public var storageId: Identifier<GrantUpload>
        /// On the wire its members stand among the others.
        public var uploaded: UploadedImage

        public init(storageId: Identifier<GrantUpload>, uploaded: UploadedImage) {
            self.storageId = storageId
            self.uploaded = uploaded
        }

        public subscript<Value>(dynamicMember path: KeyPath<UploadedImage, Value>) -> Value {
            uploaded[keyPath: path]
        }

        private enum CodingKeys: String, CodingKey {
            case storageId
        }

        public init(from decoder: any Decoder) throws {
            storageId = try decoder.container(keyedBy: CodingKeys.self).decode(
                Identifier<GrantUpload>.self, forKey: .storageId)
            uploaded = try UploadedImage(from: decoder)
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(storageId, forKey: .storageId)
            try uploaded.encode(to: encoder)
        }
    }
}

// URLs that show a picture without a token.
extension API {
    /// What shall be signed, and for how long: `POST /api/images/{id}/sign`.
    public struct SignRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case variant, expiresIn, w, h, fit, format, q
        }

        /// `original`, `thumbnail`, `small`, `small.webp` and so on, or `render`.
        public var variant: String
        /// Seconds, 3600 by default.
        public var expiresIn: Int?
        /// This and the following for `render` alone: width and height in pixels, at least one of the two.
        public var w: Int?
        public var h: Int?
        public var fit: String?
        public var format: String?
        /// 1 to 100.
        public var q: Int?

        public init(
            variant: String, expiresIn: Int? = nil, w: Int? = nil, h: Int? = nil, fit: String? = nil,
            format: String? = nil, q: Int? = nil
        ) {
            self.variant = variant
            self.expiresIn = expiresIn
            self.w = w
            self.h = h
            self.fit = fit
            self.format = format
            self.q = q
        }
    }

    /// A URL that works without a token for a while: `POST /api/images/{id}/sign`.
    public struct SignedURL: APIValue {
        public var url: String
        public var expiresAt: Moment

        public init(url: String, expiresAt: Moment) {
            self.url = url
            self.expiresAt = expiresAt
        }
    }
}
