package import AgBlobs
package import AgModel
package import AgSQL

/// Images, the originals that they show, and sessions.
package struct ImagesPart: LibraryPart {
    package static let migrations = LibrarySchema.images
    package static let eventTypes: [EventType] = [.imageCreated, .imageUpdated, .imageDeleted]

    package let images: Images

    package init(on site: PartSite) {
        let ground = site.ground
        images = Images(
            database: ground.database, queue: ground.queue, events: ground.events, removals: ground.removals,
            parts: site.settings.parts, time: ground.time)
    }

    package static var references: [FileReference.Source] { [Original.references] }

    package static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try Original.refers(to: path, in: connection)
    }
}

extension Library {
    package var images: Images { self[ImagesPart.self].images }
}
