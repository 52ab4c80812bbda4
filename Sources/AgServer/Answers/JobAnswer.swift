import AgBase
import AgContract
import AgJobs
import AgLibrary
import AgModel

/// A job as clients see it.
enum JobAnswer {
    static func value(_ job: JobRecord) -> API.Job {
        API.Job(
            jobId: .init(job.id), jobName: .init(rawValue: job.kind.rawValue),
            state: .init(rawValue: job.state.rawValue), imageId: job.imageID.map { .init(rawValue: $0) },
            progress: job.progress, attempt: job.attempt, maxAttempts: job.maxAttempts,
            priority: job.priority.rawValue, createdAt: .init(job.createdAt), runAt: .init(job.runAt),
            startedAt: job.startedAt.map { .init($0) }, finishedAt: job.finishedAt.map { .init($0) },
            error: job.error.map { value($0) })
    }

    static func value(_ failure: JobRecord.Failure) -> API.JobError {
        API.JobError(
            code: failure.code, class: failure.class?.rawValue ?? ErrorClass.internal.rawValue,
            message: failure.message)
    }

    static func value(_ status: JobKindStatus) -> API.JobKindStatus {
        func count(_ state: JobState) -> Int { status.counts[state] ?? 0 }
        return API.JobKindStatus(
            kind: .init(rawValue: status.kind.rawValue),
            counts: .init(
                queued: count(.queued), active: count(.active), completed: count(.completed), failed: count(.failed),
                cancelled: count(.cancelled)),
            oldestWaitSeconds: status.oldestWait?.inSeconds, isPaused: status.isPaused)
    }
}

/// How far an image is, as clients see it.
enum ProgressAnswer {
    static func value(_ progress: ImageProgress) -> API.ImageProgress {
        API.ImageProgress(
            imageId: .init(progress.id), status: .init(rawValue: progress.status.rawValue), error: error(progress),
            jobs: progress.jobs.map { JobAnswer.value($0) })
    }

    private static func error(_ progress: ImageProgress) -> API.JobError? {
        guard progress.status == .failed else { return nil }
        let reason = progress.jobs.first { $0.kind == .generateVariants }?.error
        return reason.map { JobAnswer.value($0) } ?? unattended
    }

    /// Failed without a reason on record: its job was cancelled, or is no longer kept.
    private static let unattended = API.JobError(
        code: "not-attended", class: ErrorClass.internal.rawValue,
        message: "No job works on this image; reprocess it to try again.")
}
