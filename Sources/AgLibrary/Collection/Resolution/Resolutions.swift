package import AgBase
package import AgModel
import AgSQL

/// Which picture stands for each side of items: `SideResolution` over what is stored, in one snapshot.
package struct Resolutions: Sendable {
    package static let most = 20_000

    let database: any Database
    let shelf: RuleShelf

    /// An image as an address names it.
    package struct ShownImage: Sendable, Equatable {
        package let id: ImageID
        package let generation: Int64
    }

    package struct Side: Sendable {
        package let resolution: SideResolution<ImageID>
        /// `nil` for the catalogue's picture and for none.
        package let image: ShownImage?
        /// Only where it was asked for.
        package let tiers: [TierExplanation]
    }

    /// One item's answer, or why there is none: it is not there, or a rule came to no decision.
    package typealias Answer = Result<Sides<Side>, Fault>

    /// Throws `Fault` 404 `no-such-item`, 422 `pattern-limit`.
    package func resolve(_ uuid: ItemUUID, explaining: Bool = false) async throws -> Sides<Side> {
        try await database.read(.lookUp) { [shelf] connection in
            let book = try shelf.book(in: connection)
            guard let state = try ItemState.find([uuid.text], in: connection)[uuid.text] else {
                throw Items.unknown(uuid)
            }
            let sides = try state.sides(book, all: explaining)
            let resolved = sides.map { SideResolution($0) }
            let images = try Self.images(
                Set([resolved.obverse, resolved.reverse].compactMap(\.picture)), in: connection)
            return Sides { side in
                Self.answer(resolved[side], images, explaining ? sides[side].explained() : [])
            }
        }
    }

    /// The older answer for the whole item. Throws as `resolve` does.
    package func legacy(_ uuid: ItemUUID) async throws -> (catalogID: String, source: PictureSource)? {
        try await database.read(.lookUp) { [shelf] connection in
            let book = try shelf.book(in: connection)
            guard let state = try ItemState.find([uuid.text], in: connection)[uuid.text] else {
                throw Items.unknown(uuid)
            }
            switch LegacyResolution.source(of: try state.sides(book, all: false).obverse) {
            case .user?: return (uuid.text, .user)
            case .pattern(_, let rule)?:
                let key = book.rules.first { $0.id == rule }?.pictureKey
                return (key ?? rule, .pattern)
            default: return nil
            }
        }
    }

    /// Both sides of many items in one snapshot, in the order of the names.
    ///
    /// Throws `Fault` 422 `too-many-items`, and `pattern-limit` when the rules come to no decision for many of the items.
    package func resolve(all uuids: [String]) async throws -> [Answer] {
        guard uuids.count <= Self.most else {
            throw Fault(
                .unprocessable, "too-many-items",
                "\(uuids.count) items were asked for; at most \(Self.most) are taken in one call.")
        }
        return try await database.read { [shelf] connection in
            let book = try shelf.book(in: connection)
            let states = try ItemState.find(uuids, in: connection)
            var budget = LimitBudget()
            let resolved = try uuids.map { uuid throws -> Result<Sides<SideResolution<ImageID>>, Fault> in
                guard let state = states[uuid] else { return .failure(Items.unknown(ItemUUID(trusted: uuid))) }
                do throws(Fault) {
                    return .success(try state.sides(book, all: false).map { SideResolution($0) })
                } catch {
                    try budget.spend(error)
                    return .failure(error)
                }
            }
            var shown: Set<ImageID> = []
            for case .success(let sides) in resolved {
                if let picture = sides.obverse.picture { shown.insert(picture) }
                if let picture = sides.reverse.picture { shown.insert(picture) }
            }
            let images = try Self.images(shown, in: connection)
            return resolved.map { result in result.map { $0.map { Self.answer($0, images, []) } } }
        }
    }

    /// A pattern that needs too many steps costs them for every name.
    private struct LimitBudget {
        private var left = 10

        mutating func spend(_ fault: Fault) throws(Fault) {
            left -= 1
            if left == 0 { throw fault }
        }
    }

    private static func answer(
        _ resolution: SideResolution<ImageID>, _ images: [ImageID: Int64], _ tiers: [TierExplanation]
    ) -> Side {
        let image = resolution.picture.map { ShownImage(id: $0, generation: images[$0] ?? 0) }
        return Side(resolution: resolution, image: image, tiers: tiers)
    }

    private static func images(_ ids: Set<ImageID>, in connection: any SQLConnection) throws -> [ImageID: Int64] {
        guard !ids.isEmpty else { return [:] }
        var generations: [ImageID: Int64] = [:]
        for batch in ItemChange.batches(Array(ids), of: ItemState.atOnce) {
            try generations.merge(Image.generations(of: batch, in: connection)) { first, _ in first }
        }
        return generations
    }
}

/// What is stored of an item that decides about its pictures.
struct ItemState: Sendable {
    /// So many names in one statement: databases have a limit, and prepare each number of them anew.
    static let atOnce = 2_000

    let name: String
    let ignoresRules: Sides<Bool>
    let catalogURLs: Sides<String?>
    var photos = Sides<PlacedPicture<ImageID>>(both: .none)

    private init(_ row: Row) throws {
        name = try row[1]
        catalogURLs = Sides(obverse: try row[2], reverse: try row[3])
        ignoresRules = ItemSide.sides(try row[4])
    }

    static func find(_ uuids: [String], in connection: any SQLConnection) throws -> [String: ItemState] {
        var states: [String: ItemState] = [:]
        states.reserveCapacity(uuids.count)
        for batch in ItemChange.batches(uuids, of: atOnce) {
            let rows = try connection.all(
                "SELECT uuid, name, obverse_url, reverse_url, ignores FROM items WHERE uuid IN \(list: batch)"
            ) { (try $0[0] as String, try ItemState($0)) }
            for (uuid, state) in rows { states[uuid] = state }
            try addPhotos(of: batch, to: &states, in: connection)
        }
        return states
    }

    private static func addPhotos(
        of batch: ArraySlice<String>, to states: inout [String: ItemState], in connection: any SQLConnection
    ) throws {
        let photos = try connection.all(
            "SELECT item_uuid, side, image_id, byte_count FROM item_photos WHERE item_uuid IN \(list: batch)"
        ) { row in
            let byteCount: Int64 = try row[3]
            let picture: PlacedPicture<ImageID> =
                byteCount > 0 ? .picture(ImageID(trusted: try row[2])) : .empty
            return (uuid: try row[0] as String, side: try ItemSide(stored: row[1]), picture: picture)
        }
        for photo in photos { states[photo.uuid]?.photos[photo.side] = photo.picture }
    }

    /// - Parameter all: whether rules behind the one that decides are named too, for an explanation.
    func sides(_ book: RuleBook, all: Bool) throws(Fault) -> Sides<SideState<ImageID>> {
        // A name that no rule is asked about cannot run into a rule's limit.
        let isAsked = all || ItemSide.allCases.contains { photos[$0].shown == nil && !ignoresRules[$0] }
        let rules = isAsked ? try book.matching(name, all: all) : Sides(both: [])
        return Sides { side in
            SideState(
                photo: photos[side], ignoresRules: ignoresRules[side], rules: rules[side],
                catalogURL: catalogURLs[side])
        }
    }
}
