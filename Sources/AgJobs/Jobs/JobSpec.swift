package import AgBase

/// Work to be done. At most one with the same kind, subject and recipe is queued or active at a time.
package struct JobSpec: Sendable {
    package var kind: JobKind
    /// What it works on: an original's id for image jobs.
    package var subject: String
    /// What is to be made of it, and in which version; empty when there is only one.
    package var recipe: String
    /// The text of a JSON value for the handler.
    package var payload: String
    package var priority: JobPriority
    package var maxAttempts: Int
    /// Whose work it is, as far as taking turns is concerned; empty for the program's own.
    package var share: String
    /// Asked for while it runs, it runs once more after that: what the running attempt makes does not count.
    package var runsAnew = false
    /// A moment of the wall clock before which it does not run; `nil` runs it now.
    package var runAt: Timestamp?
    /// Whether it is about images: those that the queue's `JobAudience` names for `subject`.
    package var isAboutImage: Bool
    /// The image that it was asked for; `nil` when that is `subject` itself.
    package var imageID: String?
    /// What a job's payload becomes when it is asked for again before it has ended: the payload that it has, then the
    /// new one. By default the new one, unless that is empty.
    package var join: @Sendable (_ old: String, _ new: String) -> String = { $1 == "{}" ? $0 : $1 }

    package init(
        kind: JobKind, subject: String, recipe: String = "", payload: String = "{}", priority: JobPriority = .new,
        maxAttempts: Int = 3, runAt: Timestamp? = nil, isAboutImage: Bool = true,
        imageID: String? = nil, share: String = ""
    ) {
        self.kind = kind
        self.subject = subject
        self.recipe = recipe
        self.payload = payload
        self.priority = priority
        self.maxAttempts = max(1, maxAttempts)
        self.runAt = runAt
        self.isAboutImage = isAboutImage
        self.imageID = imageID
        self.share = share
    }
}
