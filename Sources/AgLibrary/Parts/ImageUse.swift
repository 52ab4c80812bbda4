package import AgBase
package import AgJobs
package import AgModel
package import AgSQL

/// A use of images that keeps them from being deleted: a subject whose rows name images says so here, and no other subject has
/// to know of its tables.
///
/// A transaction that adds a use finds the image by `Images.hold`: a deletion waits for it, or it for the deletion. What is only
/// derived from an image, and goes with it, is no use: such rows refer to it with ON DELETE CASCADE.
package protocol ImageUse: Sendable {
    /// What uses the image, so many at most.
    func users(of image: ImageID, limit: Int, in connection: any SQLConnection) throws -> [ImageUser]

    /// Takes the image out of everything that uses it, and says so in the log. The image is deleted in the same transaction.
    func unlink(_ image: ImageID, at moment: Timestamp, _ events: EventLog, in tx: any SQLTransaction) throws
}

/// One thing that uses an image.
package struct ImageUser: Sendable, Hashable {
    package let subject: EventSubject
    /// What it is, for people: `the obverse of the item "Vreneli 1935"`.
    package let name: String

    package init(_ subject: EventSubject, _ name: String) {
        self.subject = subject
        self.name = name
    }
}
