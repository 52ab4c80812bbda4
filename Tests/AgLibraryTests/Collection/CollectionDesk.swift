import AgBase
import AgLibrary
import AgModel
import AgTesting

/// A library with a collection, and short ways to fill it.
struct CollectionDesk {
    let desk: LibraryDesk

    var collection: ItemCollection { desk.library.collection }

    static func with<Value>(_ body: (CollectionDesk) async throws -> Value) async throws -> Value {
        try await LibraryDesk.with { desk in try await body(CollectionDesk(desk: desk)) }
    }

    @discardableResult
    func add(_ json: JSONValue) async throws -> ItemUUID {
        try await collection.items.create(try ItemDocument(json)).uuid
    }

    /// The picture's image.
    @discardableResult
    func photograph(_ uuid: ItemUUID, _ side: ItemSide, _ width: Int) async throws -> ImageID {
        try await collection.photos.put(try await desk.accept(PNGFile.drawn(width, 20)), on: uuid, side).image.id
    }

    @discardableResult
    func rule(_ keywords: String, _ change: (inout RuleWish) -> Void = { _ in }) async throws -> PatternRule {
        var wish = RuleWish(match: .keywords(keywords))
        change(&wish)
        return try await collection.rules.add(wish).rule
    }

    func sources(_ uuid: ItemUUID) async throws -> [PictureSource] {
        let sides = try await collection.resolutions.resolve(uuid)
        return [sides.obverse.resolution.source, sides.reverse.resolution.source]
    }

    func images(_ uuid: ItemUUID) async throws -> [ImageID?] {
        let sides = try await collection.resolutions.resolve(uuid)
        return [sides.obverse.image?.id, sides.reverse.image?.id]
    }
}
