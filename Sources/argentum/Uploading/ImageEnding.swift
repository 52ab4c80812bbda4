import AgBase
import AgJobs
import AgLibrary

/// How a picture came to its end: `completed`, `failed` or `deleted`, with a reason when something was wrong.
struct ImageEnding: Sendable, Hashable {
    let status: String
    var reason: String?

    static let completed = ImageEnding(status: "completed")
    static let deleted = ImageEnding(status: "deleted", reason: "It was deleted meanwhile.")

    /// From what a list or a status call says; `nil` when the picture is not at its end.
    init?(told image: JSONValue) {
        guard let status = image["status"]?.string, !["pending", "processing"].contains(status) else { return nil }
        self.status = status
        reason = image["error"]?["message"]?.string
    }

    private init(status: String, reason: String? = nil) {
        self.status = status
        self.reason = reason
    }

    /// From an event. A picture is ready when the job that makes its variants is, and fails when that job fails for good:
    /// an attempt that will be repeated is told as queued.
    static func told(by type: String, _ data: JSONValue) -> ImageEnding? {
        if type == "image-deleted" { return deleted }
        guard data["jobName"]?.string == JobKind.generateVariants.rawValue else { return nil }
        switch type {
        case "job-completed": return completed
        case "job-failed": return ImageEnding(status: "failed", reason: data["error"]?["message"]?.string)
        default: return nil
        }
    }
}
