extension API {
    /// How far a picture is.
    public struct ImageStatus: APIText {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let pending = ImageStatus(rawValue: "pending")
        public static let processing = ImageStatus(rawValue: "processing")
        public static let completed = ImageStatus(rawValue: "completed")
        public static let failed = ImageStatus(rawValue: "failed")
    }

    /// An image as lists show it: `GET /api/images`, `GET /api/sessions/{sessionId}/images`.
    public struct Image: APIValue {
        public typealias ID = Identifier<Image>

        public var imageId: ID
        public var status: ImageStatus
        /// Of the original's bytes, in hexadecimal digits.
        public var sha256: String
        public var mediaType: String
        /// Pixels, as displayed.
        public var width: Int
        public var height: Int
        /// Bytes.
        public var fileSize: Int64
        /// Grows whenever what the image's URLs lead to changes.
        public var generation: Int64
        @Nullable public var originalFilename: String?
        public var uploadedAt: Moment
        /// Of the original. Relative when the server does not know how it is reached.
        public var url: String
        public var thumbnailUrl: String

        public init(
            imageId: ID, status: ImageStatus, sha256: String, mediaType: String, width: Int, height: Int,
            fileSize: Int64, generation: Int64, originalFilename: String?, uploadedAt: Moment, url: String,
            thumbnailUrl: String
        ) {
            self.imageId = imageId
            self.status = status
            self.sha256 = sha256
            self.mediaType = mediaType
            self.width = width
            self.height = height
            self.fileSize = fileSize
            self.generation = generation
            self.originalFilename = originalFilename
            self.uploadedAt = uploadedAt
            self.url = url
            self.thumbnailUrl = thumbnailUrl
        }
    }

    /// A page of images, newest first: `GET /api/images`, `GET /api/sessions/{sessionId}/images`.
    public struct ImagePage: APIValue {
        public var images: [Image]
        /// The cursor of the next page.
        @Nullable public var next: String?
        /// How many there are in all; only with `count=exact`.
        public var total: Int?

        public init(images: [Image], next: String?, total: Int? = nil) {
            self.images = images
            self.next = next
            self.total = total
        }
    }

    /// How far an image is, with its jobs: `GET /api/images/{id}/status`.
    public struct ImageProgress: APIValue {
        public var imageId: Image.ID
        public var status: ImageStatus
        /// Why it failed.
        @Nullable public var error: JobError?
        public var jobs: [Job]

        public init(imageId: Image.ID, status: ImageStatus, error: JobError?, jobs: [Job]) {
            self.imageId = imageId
            self.status = status
            self.error = error
            self.jobs = jobs
        }
    }

    /// What shall be made again: `POST /api/images/{id}/reprocess`.
    public struct ReprocessRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case only
        }

        /// `variants`, `metadata`, or both; all without it.
        public var only: [String]?

        public init(only: [String]? = nil) { self.only = only }
    }

    /// The jobs that do it: `POST /api/images/{id}/reprocess`.
    public struct QueuedJobs: APIValue {
        public var jobIds: [Job.ID]

        public init(jobIds: [Job.ID]) { self.jobIds = jobIds }
    }
}
