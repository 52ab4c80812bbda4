package import AgBase

/// Work to be done. At most one with the same kind, subject and recipe is queued or active at a time.
package struct JobSpec: Sendable {
    package var kind: JobKind
    /// What it is about: an image's id for image jobs.
    package var subject: String
    /// What is to be made of it, and in which version; empty when there is only one.
    package var recipe: String
    /// The text of a JSON value for the handler.
    package var payload: String
    package var priority: JobPriority
    package var maxAttempts: Int
    /// A moment of the wall clock before which it does not run; `nil` runs it now.
    package var runAt: Timestamp?
    /// Whether events and lists show `subject` as the image's id.
    package var isAboutImage: Bool

    package init(
        kind: JobKind, subject: String, recipe: String = "", payload: String = "{}", priority: JobPriority = .new,
        maxAttempts: Int = 3, runAt: Timestamp? = nil, isAboutImage: Bool = true
    ) {
        self.kind = kind
        self.subject = subject
        self.recipe = recipe
        self.payload = payload
        self.priority = priority
        self.maxAttempts = max(1, maxAttempts)
        self.runAt = runAt
        self.isAboutImage = isAboutImage
    }
}
