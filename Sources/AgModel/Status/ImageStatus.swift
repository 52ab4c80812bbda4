/// How far a picture is. Computed from what is there, never stored.
package enum ImageStatus: String, Sendable, Codable, CaseIterable {
    /// Work is queued.
    case pending
    /// Work is under way.
    case processing
    /// Every required outcome is there.
    case completed
    /// A required job gave up.
    case failed

    /// The states of a job that matter here.
    package enum Work: Sendable, CaseIterable {
        case waiting
        case running
        case gaveUp
    }

    /// - Parameters:
    ///   - isComplete: whether the thumbnail and all variants that the current recipe names are there.
    ///   - work: the required jobs of the picture, newest first.
    package init(isComplete: Bool, work: [Work]) {
        if isComplete {
            self = .completed
        } else if work.contains(.running) {
            self = .processing
        } else if work.contains(.waiting) {
            self = .pending
        } else {
            // Without any job left, only a person can bring it forward: that is failed too, not pending for ever.
            self = .failed
        }
    }
}
