/// The kinds of entries in the event log and on the live stream. The names are part of the HTTP contract: a listener may
/// ask for each of them, also for those that no part of this version publishes.
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
    case generationUpdated = "generation-updated"
    case itemUpdated = "item-updated"
    case ruleUpdated = "rule-updated"
    case syncUpdated = "sync-updated"
    case backupUpdated = "backup-updated"
}
