package import AgJobs
package import AgModel

/// All that is known of a picture.
package struct ImageDetails: Sendable {
    package let image: Image
    package let status: ImageStatus
    package let variants: [Variant]
    package let insight: Insight?
    package let sessions: [String]
}

/// How far a picture is, and the jobs that bring it there.
package struct ImageProgress: Sendable {
    package let id: ImageID
    package let status: ImageStatus
    /// Newest first.
    package let jobs: [JobRecord]
}
