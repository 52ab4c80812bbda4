/// Which jobs a list shows; `nil` means all.
package struct JobFilter: Sendable {
    package var state: JobState?
    package var kind: JobKind?
    package var imageID: String?

    package init(state: JobState? = nil, kind: JobKind? = nil, imageID: String? = nil) {
        self.state = state
        self.kind = kind
        self.imageID = imageID
    }
}

/// How one kind is doing.
package struct JobKindStatus: Sendable {
    package let kind: JobKind
    /// A state that no job is in is left out.
    package let counts: [JobState: Int]
    /// How long the oldest queued job has been waiting.
    package let oldestWait: Duration?
    package let isPaused: Bool
}
