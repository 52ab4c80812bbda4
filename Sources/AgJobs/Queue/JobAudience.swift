package import AgSQL

/// Who is interested in jobs about images: several images may show what one job works on.
package protocol JobAudience: Sendable {
    /// The images that a job on this subject is about.
    func images(of subject: String, in connection: any SQLConnection) throws -> [String]

    /// Holds the subject, before the row of its job is changed, in a transaction that changes both.
    func hold(_ subject: String, in tx: any SQLTransaction) throws

    /// The subject of the jobs about an image; `nil` when there is no such image.
    func subject(of image: String, in connection: any SQLConnection) throws -> String?
}

/// Where each subject is the one image that its jobs are about.
package struct SubjectIsImage: JobAudience {
    package init() {}

    package func images(of subject: String, in connection: any SQLConnection) -> [String] { [subject] }
    package func hold(_ subject: String, in tx: any SQLTransaction) {}
    package func subject(of image: String, in connection: any SQLConnection) -> String? { image }
}
