extension API {
    /// All that is known of an image: `GET /api/images/{id}`, `GET /api/images/{id}/details`.
    @dynamicMemberLookup
    public struct ImageDetails: APIValue {
        /// What lists show of it. On the wire its members stand among the others.
        public var image: Image
        /// When the last of its derived pictures was made; null until all are there.
        @Nullable public var processedAt: Moment?
        /// A ThumbHash in Base64.
        @Nullable public var placeholder: String?
        public var variants: [Variant]
        public var metadata: Metadata
        public var sessions: [String]
        public var generations: [Generation]
        public var srcset: SourceSets

        public init(
            image: Image, processedAt: Moment?, placeholder: String?, variants: [Variant], metadata: Metadata,
            sessions: [String], generations: [Generation], srcset: SourceSets
        ) {
            self.image = image
            self.processedAt = processedAt
            self.placeholder = placeholder
            self.variants = variants
            self.metadata = metadata
            self.sessions = sessions
            self.generations = generations
            self.srcset = srcset
        }

        public subscript<Value>(dynamicMember path: KeyPath<Image, Value>) -> Value { image[keyPath: path] }

        private enum CodingKeys: String, CodingKey {
            case processedAt, placeholder, variants, metadata, sessions, generations, srcset
        }

        public init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            image = try Image(from: decoder)
            _processedAt = try members.decode(Nullable<Moment>.self, forKey: .processedAt)
            _placeholder = try members.decode(Nullable<String>.self, forKey: .placeholder)
            variants = try members.decode([Variant].self, forKey: .variants)
            metadata = try members.decode(Metadata.self, forKey: .metadata)
            sessions = try members.decode([String].self, forKey: .sessions)
            generations = try members.decode([Generation].self, forKey: .generations)
            srcset = try members.decode(SourceSets.self, forKey: .srcset)
        }

        public func encode(to encoder: any Encoder) throws {
            try image.encode(to: encoder)
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(_processedAt, forKey: .processedAt)
            try members.encode(_placeholder, forKey: .placeholder)
            try members.encode(variants, forKey: .variants)
            try members.encode(metadata, forKey: .metadata)
            try members.encode(sessions, forKey: .sessions)
            try members.encode(generations, forKey: .generations)
            try members.encode(srcset, forKey: .srcset)
        }
    }

    /// A derived picture.
    public struct Variant: APIValue {
        /// `thumbnail`, `small`, `medium` or `large`.
        public var variantType: String
        /// `webp` or `avif`.
        public var format: String
        public var width: Int
        public var height: Int
        /// Bytes.
        public var fileSize: Int64
        /// How its bytes were made; null for one from before that was noted.
        @Nullable public var encoding: String?
        public var url: String

        public init(
            variantType: String, format: String, width: Int, height: Int, fileSize: Int64, encoding: String?,
            url: String
        ) {
            self.variantType = variantType
            self.format = format
            self.width = width
            self.height = height
            self.fileSize = fileSize
            self.encoding = encoding
            self.url = url
        }
    }

    /// A picture that was generated from an image. No server of this version has any.
    public struct Generation: APIValue {
        public init() {}
    }

    /// What an `<img>` takes as its `srcset`, for each format.
    public struct SourceSets: APIValue {
        public var webp: String
        public var avif: String

        public init(webp: String, avif: String) {
            self.webp = webp
            self.avif = avif
        }
    }
}

// What is known of a picture's content.
extension API {
    /// `metadata` of an image's details.
    public struct Metadata: APIValue {
        @Nullable public var description: String?
        public var tags: [String]
        public var categories: [String]
        /// The colours that cover most of it, most first.
        public var colors: [Color]
        public var frames: Int
        public var hasAlpha: Bool
        /// It ended too early and was taken all the same.
        public var isDamaged: Bool
        /// What the camera wrote; null when nothing is known yet.
        @Nullable public var exif: CameraData?

        public init(
            description: String?, tags: [String], categories: [String], colors: [Color], frames: Int, hasAlpha: Bool,
            isDamaged: Bool, exif: CameraData?
        ) {
            self.description = description
            self.tags = tags
            self.categories = categories
            self.colors = colors
            self.frames = frames
            self.hasAlpha = hasAlpha
            self.isDamaged = isDamaged
            self.exif = exif
        }
    }

    /// A colour and how much of the picture it covers, 0 to 1.
    public struct Color: APIValue {
        /// `#7a8b9c`.
        public var hex: String
        public var share: Double

        public init(hex: String, share: Double) {
            self.hex = hex
            self.share = share
        }
    }

    /// What the camera wrote into the file. What it did not write is left out.
    public struct CameraData: APIValue {
        public var make: String?
        public var model: String?
        public var lens: String?
        public var software: String?
        public var description: String?
        public var artist: String?
        public var copyright: String?
        /// The camera's own clock, `2026-05-03T12:13:14`, with `+02:00` behind it when the camera said so.
        public var takenAt: String?
        /// Seconds.
        public var exposure: Double?
        public var aperture: Double?
        public var iso: Int?
        /// Millimetres.
        public var focalLength: Double?
        public var focalLength35mm: Int?
        public var exposureBias: Double?
        public var flashFired: Bool?
        /// 1 to 8 as EXIF counts; 1 when nothing is said.
        public var orientation: Int
        /// Only for tokens that may write.
        public var gps: Place?

        public init(orientation: Int) { self.orientation = orientation }
    }

    /// Where a picture was taken.
    public struct Place: APIValue {
        /// Degrees, north and east positive.
        public var latitude: Double
        public var longitude: Double
        /// Metres above the sea.
        @Nullable public var altitude: Double?

        public init(latitude: Double, longitude: Double, altitude: Double?) {
            self.latitude = latitude
            self.longitude = longitude
            self.altitude = altitude
        }
    }
}
