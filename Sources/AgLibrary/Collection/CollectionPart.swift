import AgBase
import AgJobs
package import AgModel
package import AgSQL

/// Items with two sides, their photos, the rules that give pictures to many items by their names, and the one answer to which picture
/// stands for a side.
package struct CollectionPart: LibraryPart {
    package static let migrations = CollectionSchema.migrations
    package static let eventTypes: [EventType] = [.itemUpdated, .ruleUpdated]
    package static let imageUses: [any ImageUse] = [PhotoUse(), RulePictureUse()]

    package let collection: ItemCollection

    package init(on site: PartSite) {
        collection = ItemCollection(
            database: site.ground.database, events: site.ground.events, uploads: site[UploadsPart.self].uploads,
            time: site.ground.time)
    }
}

extension Library {
    package var collection: ItemCollection { self[CollectionPart.self].collection }
}

/// A collection of things with two sides, such as coins: the doors to all that belongs to it.
package struct ItemCollection: Sendable {
    package let items: Items
    package let photos: ItemPhotos
    package let rules: PatternRules
    package let resolutions: Resolutions

    init(database: any Database, events: EventLog, uploads: Uploads, time: any TimeSource) {
        let shelf = RuleShelf()
        items = Items(database: database, events: events, time: time)
        photos = ItemPhotos(database: database, events: events, uploads: uploads, time: time)
        rules = PatternRules(database: database, events: events, uploads: uploads, time: time, shelf: shelf)
        resolutions = Resolutions(database: database, shelf: shelf)
    }
}
