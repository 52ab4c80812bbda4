extension API {
    /// What an event of `GET /api/events` is about: the `event` field of the stream.
    public struct EventType: APIText {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let jobQueued = EventType(rawValue: "job-queued")
        public static let jobActive = EventType(rawValue: "job-active")
        public static let jobProgress = EventType(rawValue: "job-progress")
        public static let jobCompleted = EventType(rawValue: "job-completed")
        public static let jobFailed = EventType(rawValue: "job-failed")
        public static let imageCreated = EventType(rawValue: "image-created")
        public static let imageUpdated = EventType(rawValue: "image-updated")
        public static let imageDeleted = EventType(rawValue: "image-deleted")
        public static let itemUpdated = EventType(rawValue: "item-updated")
        public static let ruleUpdated = EventType(rawValue: "rule-updated")
        /// Events are lost: load everything anew.
        public static let resync = EventType(rawValue: "resync")
    }

    /// The data of the `job-` events of `GET /api/events`. A cancelled job is published as failed, with the state `cancelled`.
    public struct JobEvent: APIValue {
        public var jobId: Job.ID
        public var jobName: JobKind
        /// The image that it is about, if it is about one.
        @Nullable public var imageId: Image.ID?
        public var state: JobState
        public var attempt: Int
        public var maxAttempts: Int
        public var progress: Int
        /// Milliseconds that the attempt took; only behind one that ended.
        public var duration: Int64?
        public var error: JobError?

        public init(
            jobId: Job.ID, jobName: JobKind, imageId: Image.ID?, state: JobState, attempt: Int, maxAttempts: Int,
            progress: Int, duration: Int64? = nil, error: JobError? = nil
        ) {
            self.jobId = jobId
            self.jobName = jobName
            self.imageId = imageId
            self.state = state
            self.attempt = attempt
            self.maxAttempts = maxAttempts
            self.progress = progress
            self.duration = duration
            self.error = error
        }
    }

    /// The data of the `image-` events of `GET /api/events`.
    public struct ImageEvent: APIValue {
        public var imageId: Image.ID
        public var generation: Int64

        public init(imageId: Image.ID, generation: Int64) {
            self.imageId = imageId
            self.generation = generation
        }
    }

    /// The data of `item-updated` of `GET /api/events`.
    public struct ItemEvent: APIValue {
        public var uuid: String
        public var change: String
        /// Null when the item is gone.
        @Nullable public var revision: Int64?

        public init(uuid: String, change: String, revision: Int64?) {
            self.uuid = uuid
            self.change = change
            self.revision = revision
        }
    }

    /// The data of `rule-updated` of `GET /api/events`.
    public struct RuleEvent: APIValue {
        /// Null when the order of the rules changed, or several at once.
        @Nullable public var ruleId: PatternRule.ID?

        public init(ruleId: PatternRule.ID?) { self.ruleId = ruleId }
    }

    /// The data of `resync` of `GET /api/events`: go on after this event.
    public struct Resync: APIValue {
        public var latest: Int64

        public init(latest: Int64) { self.latest = latest }
    }
}
