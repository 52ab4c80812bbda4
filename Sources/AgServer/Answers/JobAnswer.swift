import AgBase
import AgJobs

extension JobRecord {
    /// A job as clients see it.
    var json: JSONValue {
        [
            "jobId": .string(id.text), "jobName": .string(kind.rawValue), "state": .string(state.rawValue),
            "imageId": .optional(imageID), "progress": .int(progress), "attempt": .int(attempt),
            "maxAttempts": .int(maxAttempts), "priority": .int(priority.rawValue), "createdAt": .time(createdAt),
            "runAt": .time(runAt), "startedAt": .time(startedAt), "finishedAt": .time(finishedAt),
            "error": error.map(\.json) ?? .null,
        ]
    }
}

extension JobKindStatus {
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue),
            "counts": .object(JobState.allCases.map { .init(name: $0.rawValue, value: .int(counts[$0] ?? 0)) }),
            "oldestWaitSeconds": oldestWait.map { .double($0.inSeconds) } ?? .null, "isPaused": .bool(isPaused),
        ]
    }
}
