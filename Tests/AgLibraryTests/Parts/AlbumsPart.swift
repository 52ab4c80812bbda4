import AgBase
import AgBlobs
import AgCrypto
import AgJobs
import AgModel
import AgSQL
import AgTesting

@testable import AgLibrary

/// A subject that no other knows of: albums with pictures on their covers. It uses all that a part can bring.
struct AlbumsPart: LibraryPart {
    static let migrations = [
        Migration(9_001, "albums") { d in
            [
                """
                CREATE TABLE albums (
                    id \(d.text) PRIMARY KEY,
                    cover \(d.text) REFERENCES images (id),
                    path \(d.text)
                )\(d.tableOptions)
                """,
                """
                CREATE TABLE album_looks (
                    original_id \(d.text) PRIMARY KEY REFERENCES originals (id) ON DELETE CASCADE,
                    path \(d.text)
                )\(d.tableOptions)
                """,
            ]
        }
    ]
    static let jobKinds = [JobKind("count-albums")]
    static let settings: [SettingRow<LibrarySettings>] = [
        SettingRow("albums-most", .int(1...100), \.albums.most, help: "Albums at most.")
    ]
    static let eventTypes: [EventType] = [.backupUpdated]
    static let imageUses: [any ImageUse] = [Covers()]

    static var references: [FileReference.Source] {
        [
            { path, limit, connection in
                try connection.all("SELECT path FROM albums WHERE path > \(path) ORDER BY path LIMIT \(limit)") {
                    FileReference(.subject, BlobPath(try $0[0]), byteCount: 1, sha256: .of([1]))
                }
            }
        ]
    }

    static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try connection.exists("SELECT 1 FROM albums WHERE path = \(path.text)")
    }

    static func blobs(of original: OriginalID, in connection: any SQLConnection) throws -> [BlobPath] {
        try connection.all("SELECT path FROM album_looks WHERE original_id = \(original) AND path IS NOT NULL") {
            BlobPath(try $0[0])
        }
    }

    let albums: Albums
    let most: Int
    /// What its upkeep noted.
    let began = Collected<Bool>()

    init(on site: PartSite) {
        albums = Albums(database: site.ground.database, images: site[ImagesPart.self].images)
        most = site.settings.albums.most
    }

    var handlers: [any JobHandler] { [CountAlbums()] }
    var upkeep: [Upkeep] { [{ [began] in began.add(true) }] }
    var checks: [ReadinessCheck] { [ReadinessCheck("albums") { [albums] in _ = try await albums.count() }] }

    func metrics() async throws -> [MetricFamily] {
        [.gauge("albums", "Albums.", Double(try await albums.count()))]
    }
}

struct AlbumSettings: SubjectSettings {
    var most = 7
}

extension LibrarySettings {
    var albums: AlbumSettings {
        get { self[AlbumSettings.self] }
        set { self[AlbumSettings.self] = newValue }
    }
}

/// The door of the subject.
struct Albums: Sendable {
    let database: any Database
    let images: Images

    func make(_ id: String, cover: ImageID? = nil, path: BlobPath? = nil) async throws {
        try await database.write { tx in
            if let cover { _ = try Images.hold(cover, in: tx) }
            try tx.execute("INSERT INTO albums (id, cover, path) VALUES (\(id), \(cover), \(path?.text))")
        }
    }

    func noteLooks(of original: OriginalID, at path: BlobPath? = nil) async throws {
        try await database.write { tx in
            _ = try tx.execute("INSERT INTO album_looks (original_id, path) VALUES (\(original), \(path?.text))")
        }
    }

    func count() async throws -> Int {
        try await database.read { try $0.value("SELECT count(*) FROM albums") ?? 0 }
    }

    func covers() async throws -> [String: ImageID] {
        let rows = try await database.read { connection in
            try connection.all("SELECT id, cover FROM albums WHERE cover IS NOT NULL") { row in
                (id: try row[0] as String, cover: try row[1] as ImageID)
            }
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.cover) })
    }
}

private struct Covers: ImageUse {
    func users(of image: ImageID, limit: Int, in connection: any SQLConnection) throws -> [ImageUser] {
        try connection.all("SELECT id FROM albums WHERE cover = \(image) ORDER BY id LIMIT \(limit)") { row in
            let id: String = try row[0]
            return ImageUser(EventSubject(.album, id), "the cover of the album \(id)")
        }
    }

    func unlink(_ image: ImageID, at moment: Timestamp, _ events: EventLog, in tx: any SQLTransaction) throws {
        for user in try users(of: image, limit: 1_000, in: tx) {
            try tx.execute("UPDATE albums SET cover = NULL WHERE id = \(user.subject.id)")
            events.append(.backupUpdated, about: user.subject, data: "{}", in: tx)
        }
    }
}

extension EventSubject.Kind {
    static let album = EventSubject.Kind("album")
}

private struct CountAlbums: JobHandler {
    let kind = JobKind("count-albums")
    let policy = JobPolicy(lane: .disk)

    func run(_ job: ActiveJob) async throws -> Effect {
        { tx in
            let count: Int = try tx.value("SELECT count(*) FROM albums") ?? 0
            try tx.execute("INSERT INTO albums (id) VALUES (\("counted \(count)"))")
        }
    }
}
