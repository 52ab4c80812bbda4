import AgBase
import AgJobs
import AgLibrary
import AgModel

/// How far an image is, as clients see it.
enum ProgressAnswer {
    static func json(_ progress: ImageProgress) -> JSONValue {
        let reason = progress.jobs.first { $0.kind == .generateVariants }?.error
        return [
            "imageId": .string(progress.id.text), "status": .string(progress.status.rawValue),
            "error": progress.status == .failed ? reason.map { JobAnswer.json($0) } ?? unattended : .null,
            "jobs": .array(progress.jobs.map { JobAnswer.json($0) }),
        ]
    }

    /// Failed without a reason on record: its job was cancelled, or is no longer kept.
    private static let unattended: JSONValue = [
        "code": "not-attended", "class": "internal",
        "message": "No job works on this image; reprocess it to try again.",
    ]
}
