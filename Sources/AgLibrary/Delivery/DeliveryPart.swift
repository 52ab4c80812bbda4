import AgBase
package import AgSQL

/// Pictures' bytes out, and URLs that carry their own authority.
package struct DeliveryPart: LibraryPart {
    package static let migrations = LibrarySchema.keysAndRemovals

    package let delivery: Delivery
    package let signedURLs: SignedURLs

    package init(on site: PartSite) async throws {
        let ground = site.ground
        delivery = Delivery(
            database: ground.database, blobs: ground.blobs, images: site[ImagesPart.self].images,
            cache: DeliveryCache(hearing: ground.database.notices))
        signedURLs = try await SignedURLs.load(from: ground.database, time: ground.time, log: ground.log)
    }

    package var upkeep: [Upkeep] { [{ await signedURLs.run() }, { await delivery.sweep() }] }
}

extension Delivery {
    /// Now and then lets go of what is old, until cancelled: files that another process deleted must not take up the disk
    /// for ever.
    func sweep() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(900))
            if !Task.isCancelled { cache.sweep() }
        }
    }
}

extension Library {
    package var delivery: Delivery { self[DeliveryPart.self].delivery }
    package var signedURLs: SignedURLs { self[DeliveryPart.self].signedURLs }
}
