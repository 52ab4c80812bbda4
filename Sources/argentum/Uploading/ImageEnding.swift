import AgContract

/// How a picture came to its end: `completed`, `failed` or `deleted`, with a reason when something was wrong.
struct ImageEnding: Sendable, Hashable {
    let status: String
    var reason: String?

    static let completed = ImageEnding(status: API.ImageStatus.completed.rawValue)
    static let deleted = ImageEnding(status: "deleted", reason: "It was deleted meanwhile.")

    private init(status: String, reason: String? = nil) {
        self.status = status
        self.reason = reason
    }

    /// From what a list or a status call says; `nil` when the picture is not at its end.
    init?(_ status: API.ImageStatus, _ error: API.JobError? = nil) {
        guard ![.pending, .processing].contains(status) else { return nil }
        self.init(status: status.rawValue, reason: error?.message)
    }

    /// From an event. A picture is ready when the job that makes its variants is, and fails when that job fails for good:
    /// an attempt that will be repeated is told as queued.
    init?(_ type: API.EventType, _ job: API.JobEvent) {
        guard job.jobName == .generateVariants else { return nil }
        switch type {
        case .jobCompleted: self = .completed
        case .jobFailed: self.init(.failed, job.error)
        default: return nil
        }
    }
}
