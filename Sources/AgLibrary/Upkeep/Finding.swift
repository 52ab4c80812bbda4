/// One thing that does not hold: what, where, and what was done about it.
package struct Finding: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A row whose file is gone.
        case missingFile = "missing-file"
        /// A file whose length or hash is not the recorded one.
        case changedFile = "changed-file"
        /// A file that is there and could not be read.
        case unreadableFile = "unreadable-file"
        /// An original that was marked lost and is whole again.
        case foundAgain = "found-again"
        /// A file that no row refers to.
        case strayFile = "stray-file"
        /// An original that an earlier repair found lost and that nobody has uploaded again.
        case lostOriginal = "lost-original"
        /// The database itself is not sound.
        case database
    }

    package let kind: Kind
    /// A path or a row, for people.
    package let subject: String
    package let detail: String
    /// What the repair did; `nil` when nothing was repaired.
    package let repair: String?

    package init(_ kind: Kind, _ subject: String, _ detail: String, repair: String? = nil) {
        self.kind = kind
        self.subject = subject
        self.detail = detail
        self.repair = repair
    }

    func repaired(_ how: String) -> Finding {
        Finding(kind, subject, detail, repair: how)
    }
}

/// What a verification looked at and found.
package struct VerifyReport: Sendable {
    package var originals = 0
    package var variants = 0
    package var bytesRead: Int64 = 0
    package var findings: [Finding] = []
    /// Stray files that were written after the newest row: the database may be an older copy than the storage.
    package var newerFiles = 0

    /// Whether everything holds: nothing was found, or all that was found is mended.
    package var isSound: Bool { findings.allSatisfy { $0.repair != nil && $0.kind != .lostOriginal } }
}
