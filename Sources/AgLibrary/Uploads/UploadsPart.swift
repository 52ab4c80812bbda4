package import AgBase
package import AgBlobs
import AgImaging
package import AgSQL

/// Pictures in: by forms, and by one-time URLs.
package struct UploadsPart: LibraryPart {
    package static let migrations = LibrarySchema.uploads + ResumableSchema.migrations
    package static let settings: [SettingRow<LibrarySettings>] = [
        SettingRow(
            SettingDefinition(
                "max-upload", .bytes(1_024...(1 << 40)), default: UploadSettings().limit.settingText,
                help: "The largest picture that is taken.")
        ) { (bytes: Int64, settings) in
            settings.uploads.limit = bytes
            settings.codecs.limits.maxBytes = bytes
        }
    ]

    package let uploads: Uploads
    package let grants: UploadGrants
    package let resumables: ResumableUploads

    package init(on site: PartSite) {
        let (ground, settings) = (site.ground, site.settings.uploads)
        grants = UploadGrants(
            database: ground.database, access: site[AccessPart.self].access, blobs: ground.blobs, time: ground.time,
            log: ground.log, limit: settings.limit)
        uploads = Uploads(
            database: ground.database, blobs: ground.blobs, codecs: site.codecs, queue: ground.queue,
            events: ground.events, nodes: site.nodes, time: ground.time,
            images: site[ImagesPart.self].images, grants: grants, limit: settings.limit,
            seats: UploadSeats(settings.seats))
        resumables = ResumableUploads(
            database: ground.database, blobs: ground.blobs, uploads: uploads, grants: grants, removals: ground.removals,
            nodes: site.nodes, time: ground.time, log: ground.log)
    }

    package static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try UploadPart.refers(to: path, in: connection)
    }

    package var upkeep: [Upkeep] { [{ await resumables.keepReaping() }] }
}

/// What may be uploaded.
package struct UploadSettings: SubjectSettings {
    /// Bytes per file, 100 MiB by default.
    package var limit: Int64 = 100 << 20
    /// Calls that may upload at a time; fewer where the system allows few open files.
    package var seats = 512

    package init() {}
}

extension LibrarySettings {
    package var uploads: UploadSettings {
        get { self[UploadSettings.self] }
        set { self[UploadSettings.self] = newValue }
    }
}

extension Library {
    package var uploads: Uploads { self[UploadsPart.self].uploads }
    package var grants: UploadGrants { self[UploadsPart.self].grants }
    package var resumables: ResumableUploads { self[UploadsPart.self].resumables }
}
