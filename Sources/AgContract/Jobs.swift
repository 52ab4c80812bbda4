extension API {
    public struct JobState: APIText {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let queued = JobState(rawValue: "queued")
        public static let active = JobState(rawValue: "active")
        public static let completed = JobState(rawValue: "completed")
        public static let failed = JobState(rawValue: "failed")
        public static let cancelled = JobState(rawValue: "cancelled")

        /// All that this version knows.
        public static let all = [queued, active, completed, failed, cancelled]
    }

    /// What a job does.
    public struct JobKind: APIText {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let generateVariants = JobKind(rawValue: "generate-variants")
        public static let generateMetadata = JobKind(rawValue: "generate-metadata")
    }

    /// A job: `GET /api/jobs`, `GET /api/jobs/{id}`, `POST /api/jobs/{id}/retry`, `POST /api/jobs/{id}/cancel`,
    /// `GET /api/images/{id}/status`.
    public struct Job: APIValue {
        public typealias ID = Identifier<Job>

        public var jobId: ID
        public var jobName: JobKind
        public var state: JobState
        /// The image that it is about, if it is about one.
        @Nullable public var imageId: Image.ID?
        /// 0 to 100.
        public var progress: Int
        /// 0 before the first.
        public var attempt: Int
        public var maxAttempts: Int
        public var priority: Int
        public var createdAt: Moment
        public var runAt: Moment
        @Nullable public var startedAt: Moment?
        @Nullable public var finishedAt: Moment?
        /// What went wrong last.
        @Nullable public var error: JobError?

        public init(
            jobId: ID, jobName: JobKind, state: JobState, imageId: Image.ID?, progress: Int, attempt: Int,
            maxAttempts: Int, priority: Int, createdAt: Moment, runAt: Moment, startedAt: Moment?, finishedAt: Moment?,
            error: JobError?
        ) {
            self.jobId = jobId
            self.jobName = jobName
            self.state = state
            self.imageId = imageId
            self.progress = progress
            self.attempt = attempt
            self.maxAttempts = maxAttempts
            self.priority = priority
            self.createdAt = createdAt
            self.runAt = runAt
            self.startedAt = startedAt
            self.finishedAt = finishedAt
            self.error = error
        }
    }

    /// Why an attempt of a job ended without its result.
    public struct JobError: APIValue {
        /// Stable and kebab-case.
        public var code: String
        /// `invalid`, `auth`, `quota` and `safety` are never tried again by themselves.
        public var `class`: String
        public var message: String

        public init(code: String, class: String, message: String) {
            self.code = code
            self.class = `class`
            self.message = message
        }
    }

    /// A page of jobs, newest first: `GET /api/jobs`.
    public struct JobPage: APIValue {
        public var jobs: [Job]
        /// The cursor of the next page.
        @Nullable public var next: String?

        public init(jobs: [Job], next: String?) {
            self.jobs = jobs
            self.next = next
        }
    }

    /// How many jobs of each kind are in which state: `GET /api/jobs/status`.
    public struct JobStatus: APIValue {
        public var kinds: [JobKindStatus]

        public init(kinds: [JobKindStatus]) { self.kinds = kinds }
    }

    /// The jobs of one kind.
    public struct JobKindStatus: APIValue {
        public var kind: JobKind
        public var counts: JobCounts
        /// How long the oldest queued job has waited.
        @Nullable public var oldestWaitSeconds: Double?
        public var isPaused: Bool

        public init(kind: JobKind, counts: JobCounts, oldestWaitSeconds: Double?, isPaused: Bool) {
            self.kind = kind
            self.counts = counts
            self.oldestWaitSeconds = oldestWaitSeconds
            self.isPaused = isPaused
        }
    }

    /// How many jobs are in each state.
    public struct JobCounts: APIValue {
        public var queued: Int
        public var active: Int
        public var completed: Int
        public var failed: Int
        public var cancelled: Int

        public init(queued: Int, active: Int, completed: Int, failed: Int, cancelled: Int) {
            self.queued = queued
            self.active = active
            self.completed = completed
            self.failed = failed
            self.cancelled = cancelled
        }
    }

    /// Which jobs are started or not: `POST /api/jobs/pause`, `POST /api/jobs/resume`.
    public struct JobKindRequest: APIRequest {
        public enum CodingKeys: String, CodingKey, CaseIterable {
            case kind
        }

        /// All of them without it.
        public var kind: JobKind?

        public init(kind: JobKind? = nil) { self.kind = kind }
    }
}
