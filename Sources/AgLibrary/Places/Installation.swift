import AgBase
package import AgBlobs
import AgModel
import AgSQL

/// Whether a database and a storage belong together.
///
/// Both carry one id, made at their first start: the storage in a file, the database in a row. The file is written first, so a row
/// always has had its file somewhere, and of two nodes that start at once with different storages the one whose row comes second
/// is refused. Where the file or the row is missing, what the rows refer to decides: see docs/decisions/0018.
struct Installation: Sendable {
    private let database: any Database
    private let blobs: any BlobStore
    private let isShared: Bool
    private let time: any TimeSource

    /// So many of the oldest and of the newest originals are looked for: one that is there proves the storage.
    private static let sample = 8

    /// - Parameter isShared: whether nodes elsewhere may work on the same database with a storage that is not seen from here.
    init(_ doors: LibraryDoors, isShared: Bool, time: any TimeSource) {
        database = doors.database
        blobs = doors.blobs
        self.isShared = isShared
        self.time = time
    }

    /// Throws `InstallationMismatch` when both have an id and these differ. Changes nothing.
    func compare() async throws {
        guard let mark = try await blobs.installation(), let known = try await known() else { return }
        try Self.require(mark, known)
    }

    /// Makes or completes what is missing of the two. Throws `InstallationMismatch` when the storage is not the database's.
    func join() async throws {
        switch (try await blobs.installation(), try await known()) {
        case (let mark?, let known?): try Self.require(mark, known)
        case (nil, let known?): try await complete(known)
        case (let mark?, nil): try await adopt(mark)
        case (nil, nil): try await begin()
        }
    }

    private static func require(_ mark: InstallationID, _ known: InstallationID) throws {
        guard mark == known else { throw InstallationMismatch.another(storage: mark, database: known) }
    }

    /// A first start, or the first one of a version that has ids.
    private func begin() async throws {
        guard try await evidence() != .missing else { throw InstallationMismatch.unmarked(.make()) }
        try Self.require(try await mark(.make()), try await record(try await marked()))
    }

    /// The file is gone: it was left out of a backup, or this is another storage.
    private func complete(_ known: InstallationID) async throws {
        switch try await evidence() {
        case .found: break
        case .noRows where !isShared: break
        case .noRows, .missing: throw InstallationMismatch.unmarked(known)
        }
        try Self.require(try await mark(known), known)
    }

    /// The row is missing: the database is new, or from before ids.
    private func adopt(_ mark: InstallationID) async throws {
        if try await evidence() != .found {
            guard try await isEmpty() else { throw InstallationMismatch.strange(mark) }
        }
        try Self.require(mark, try await record(mark))
    }

    // MARK: The two places of the id

    /// Returns the id that the storage has now: this one, or that of a node that was faster.
    private func mark(_ id: InstallationID) async throws -> InstallationID {
        do {
            try await blobs.mark(id)
            return id
        } catch let error as BlobError where error.code == .exists {
            return try await marked()
        }
    }

    private func marked() async throws -> InstallationID {
        guard let mark = try await blobs.installation() else {
            throw BlobError(.io, "The mark of the installation disappeared while it was written.")
        }
        return mark
    }

    private func known() async throws -> InstallationID? {
        let text: String? = try await database.read(.lookUp) {
            try $0.value("SELECT value FROM library_state WHERE name = 'installation'")
        }
        return text.map { InstallationID(trusted: $0) }
    }

    /// Returns the id that the database has now.
    private func record(_ id: InstallationID) async throws -> InstallationID {
        try await database.write { tx in
            _ = try tx.execute(
                """
                INSERT INTO library_state (name, value) VALUES ('installation', \(id.text)) ON CONFLICT DO NOTHING
                """)
        }
        // In a transaction of its own: that one may not see the row of a node that was faster.
        guard let known = try await known() else {
            throw SQLError(.io, "The id of the installation disappeared while it was written.")
        }
        return known
    }

    // MARK: What the rows say

    private enum Evidence {
        /// The rows refer to no file.
        case noRows
        /// A file that a row refers to lies in the storage.
        case found
        case missing
    }

    private func evidence() async throws -> Evidence {
        let expected = try await database.read(.lookUp) { try Original.sample(Self.sample, in: $0) }
        for (path, byteCount) in expected where try await isThere(path, byteCount) { return .found }
        return expected.isEmpty ? .noRows : .missing
    }

    private func isThere(_ path: BlobPath, _ byteCount: Int64) async throws -> Bool {
        do {
            _ = try await blobs.open(path, byteCount: byteCount, readingUpTo: 0)
            return true
        } catch let error as BlobError where [.notFound, .notAFile, .changed].contains(error.code) {
            return false
        }
    }

    private struct Found: Error {}

    private func isEmpty() async throws -> Bool {
        do {
            try await blobs.walk { _ in throw Found() }
            return true
        } catch is Found {
            return false
        }
    }
}

/// A storage that is not the database's.
package enum InstallationMismatch: Error, Hashable {
    /// Both say whose they are, and differ.
    case another(storage: InstallationID, database: InstallationID)
    /// The storage holds pictures of an installation that the database does not know.
    case strange(InstallationID)
    /// The storage does not say whose it is, and holds nothing that the rows refer to. With the id that would make it the
    /// database's.
    case unmarked(InstallationID)

    /// What the operator reads: which places, what is wrong, what to do.
    package func sentence(storage: String, database: String) -> String {
        switch self {
        case .another(let storageID, let databaseID):
            "The storage \(storage) belongs to another installation (\(storageID)) than the database \(database) "
                + "(\(databaseID)). Name the storage of this database with --storage, or the database of this storage with "
                + "--database."
        case .strange(let id):
            "The storage \(storage) belongs to the installation \(id), and the database \(database) refers to none of its "
                + "pictures. Put that installation's database in its place, or choose an empty folder with --storage."
        case .unmarked(let id):
            "The storage \(storage) has no \(InstallationMark.fileName) and none of the pictures that the database "
                + "\(database) refers to. Name the right one with --storage, and see that it is mounted. To go on with an "
                + "empty one because the pictures are lost, put {\"installation\":\"\(id)\"} into "
                + "\(storage)/\(InstallationMark.fileName)."
        }
    }
}
