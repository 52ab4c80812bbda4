package import AgBase
package import AgModel
internal import AgSQL

/// A job as it stands in the table.
package struct JobRecord: Sendable {
    package struct Failure: Sendable, Hashable {
        package let code: String
        /// `nil` for a class that this program does not know.
        package let `class`: ErrorClass?
        package let message: String
    }

    package let id: JobID
    package let kind: JobKind
    package let subject: String
    package let isAboutImage: Bool
    package let recipe: String
    package let payload: String
    package let state: JobState
    package let priority: JobPriority
    package let runAt: Timestamp
    /// The attempt that runs or ran last, from 1; 0 before the first.
    package let attempt: Int
    package let maxAttempts: Int
    /// 0 to 100. While it runs, what its worker reported last.
    package var progress: Int
    package let createdAt: Timestamp
    package let startedAt: Timestamp?
    package let finishedAt: Timestamp?
    /// What went wrong last.
    package let error: Failure?

    /// Attempts that died or hung while their worker lived on.
    let crashes: Int
    /// Times the whole worker died under it.
    let losses: Int
    let fence: Int64
    /// Whose turns it takes: the `share` of its `JobSpec`, or that of its retries.
    let share: String
    /// The images it was about when it was leased; empty for one that was not.
    var images: [String] = []

    /// An image that it is about, if it is about any: the one it was asked for, or the one that a list is about.
    package private(set) var imageID: String?

    /// What its events are about: the image, if it is about any.
    var eventSubject: EventSubject? { imageID.map { EventSubject(.image, $0) } }

    /// The columns that `init(_:)` reads, in its order.
    static let columns: SQL = """
        id, kind, subject, is_about_image, recipe, payload, state, priority, run_at, attempt, max_attempts,
        created_at, started_at, finished_at, error_code, error_class, error_message, crashes, losses, fence, image_id,
        share
        """

    init(_ row: Row) throws {
        id = try row[0]
        kind = try row[1]
        subject = try row[2]
        isAboutImage = try row[3]
        recipe = try row[4]
        payload = try row[5]
        state = try row[6]
        priority = try row[7]
        runAt = try row[8]
        attempt = try row[9]
        maxAttempts = try row[10]
        createdAt = try row[11]
        startedAt = try row[12]
        finishedAt = try row[13]
        error = try Self.failure(code: row[14], class: row[15], message: row[16])
        crashes = try row[17]
        losses = try row[18]
        fence = try row[19]
        imageID = isAboutImage ? try row[20] ?? subject : nil
        share = try row[21]
        progress = state == .completed ? 100 : 0
    }

    /// As the listeners of each of its images see it.
    var asShown: [JobRecord] { images.isEmpty ? [self] : images.map { shown(for: $0) } }

    func shown(for image: String) -> JobRecord {
        var record = self
        record.imageID = image
        return record
    }

    private static func failure(code: String?, class: String?, message: String?) -> Failure? {
        guard let code else { return nil }
        return Failure(code: code, class: `class`.flatMap(ErrorClass.init(rawValue:)), message: message ?? "")
    }
}
