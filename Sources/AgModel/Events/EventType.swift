/// The kinds of entries in the event log and on the live stream. The names are part of the HTTP contract.
package enum EventType: String, Sendable, CaseIterable {
    case jobQueued = "job-queued"
    case jobActive = "job-active"
    /// Live only: never stored, never numbered.
    case jobProgress = "job-progress"
    case jobCompleted = "job-completed"
    case jobFailed = "job-failed"
    case imageCreated = "image-created"
    case imageUpdated = "image-updated"
    case imageDeleted = "image-deleted"
}
