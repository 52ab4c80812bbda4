import AgBase
import AgJobs
import AgModel

/// A job as clients see it.
enum JobAnswer {
    static func json(_ job: JobRecord) -> JSONValue {
        [
            "jobId": .string(job.id.text), "jobName": .string(job.kind.rawValue), "state": .string(job.state.rawValue),
            "imageId": .optional(job.imageID), "progress": .int(job.progress), "attempt": .int(job.attempt),
            "maxAttempts": .int(job.maxAttempts), "priority": .int(job.priority.rawValue),
            "createdAt": .time(job.createdAt), "runAt": .time(job.runAt), "startedAt": .time(job.startedAt),
            "finishedAt": .time(job.finishedAt), "error": job.error.map { json($0) } ?? .null,
        ]
    }

    static func json(_ failure: JobRecord.Failure) -> JSONValue {
        [
            "code": .string(failure.code), "class": .string(failure.class?.rawValue ?? "internal"),
            "message": .string(failure.message),
        ]
    }

    static func json(_ status: JobKindStatus) -> JSONValue {
        [
            "kind": .string(status.kind.rawValue),
            "counts": .object(JobState.allCases.map { .init(name: $0.rawValue, value: .int(status.counts[$0] ?? 0)) }),
            "oldestWaitSeconds": status.oldestWait.map { .double($0.inSeconds) } ?? .null,
            "isPaused": .bool(status.isPaused),
        ]
    }
}
