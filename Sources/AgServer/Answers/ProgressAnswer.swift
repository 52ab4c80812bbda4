import AgBase
import AgJobs
import AgLibrary
import AgModel

/// How far an image is, as clients see it.
enum ProgressAnswer {
    static func json(_ progress: ImageProgress) -> JSONValue {
        let reason = progress.jobs.first { $0.kind == .generateVariants }?.error
        return [
            "imageId": .string(progress.image.id.text), "status": .string(progress.status.rawValue),
            "error": progress.status == .failed ? reason.map { $0.json } ?? unattended : .null,
            "jobs": .array(progress.jobs.map { job($0) }),
        ]
    }

    /// Failed without a reason on record: its job was cancelled, or is no longer kept.
    private static let unattended: JSONValue = [
        "code": "not-attended", "class": "internal",
        "message": "No job works on this image; reprocess it to try again.",
    ]

    private static func job(_ job: JobRecord) -> JSONValue {
        [
            "jobId": .string(job.id.text), "jobName": .string(job.kind.rawValue), "state": .string(job.state.rawValue),
            "progress": .int(job.progress), "attempt": .int(job.attempt), "maxAttempts": .int(job.maxAttempts),
            "error": job.error.map { $0.json } ?? .null,
        ]
    }
}
