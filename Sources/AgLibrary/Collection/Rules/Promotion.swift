import AgBase
import AgJobs
package import AgModel
import AgSQL

/// A photo of one item becomes the picture of a rule, and so of all items that the rule matches.
extension PatternRules {
    /// Pictures that were uploaded for the promotion and are not linked to anything yet.
    package struct Pending: Sendable {
        package var images: Sides<ImageID?>

        package init(_ images: Sides<ImageID?> = Sides(both: nil)) {
            self.images = images
        }
    }

    /// Makes a rule whose pictures are, side by side, the pending one or else the item's photo; then the item's own photos go, so that
    /// it shows the rule's. All in one transaction, and `demote` takes it back.
    ///
    /// Throws `Fault` 404, 409 `nothing-to-promote` without any picture, 422 for the rule.
    package func promote(_ uuid: ItemUUID, _ wish: RuleWish, _ pending: Pending) async throws -> Written {
        try await write { [self] tx in
            guard try ItemRow.hold(uuid, in: tx) != nil else { throw Items.unknown(uuid) }
            let photos = try PhotoLink.photos(of: uuid, in: tx)
            let pictures = try Sides<PhotoLink?> { side in
                try pending.images[side].map { try PhotoLink.to($0, at: time.now(), in: tx) } ?? photos[side]
            }
            guard ItemSide.allCases.contains(where: { pictures[$0] != nil }) else {
                throw Fault(
                    .conflict, "nothing-to-promote",
                    "The item \(uuid) has no photo of its own, and no picture came with the call.")
            }
            let made = try insert(wish, in: tx)
            try remember(uuid, photos, made.rule.id, in: tx)
            for side in ItemSide.allCases {
                guard let link = pictures[side], let key = made.rule.pictureKey else { continue }
                try RuleRow.putPicture(link, under: key, side, in: tx)
            }
            try tx.execute("DELETE FROM item_photos WHERE item_uuid = \(uuid.text)")
            events.append(.photos, uuid, nil, in: tx)
            return Written(
                rule: try PatternRule.find(made.rule.id, in: tx), matchesEverything: made.matchesEverything)
        }
    }

    private func remember(
        _ uuid: ItemUUID, _ photos: Sides<PhotoLink?>, _ rule: String, in tx: any SQLTransaction
    ) throws {
        try tx.execute(
            "INSERT INTO promotions (rule_id, item_uuid, promoted_at) VALUES (\(rule), \(uuid.text), \(time.now()))")
        for side in ItemSide.allCases {
            guard let link = photos[side] else { continue }
            try tx.execute(
                """
                INSERT INTO promoted_photos (rule_id, side, image_id, shared_image_id, byte_count, cached_at)
                VALUES (\(rule), \(side.rawValue), \(link.image), \(link.sharedImageID), \(link.byteCount), \(link.cachedAt))
                """)
        }
    }

    /// What taking a promotion back did to each side of the item.
    package enum SideOutcome: String, Sendable {
        /// The photo from before is the item's again.
        case restored
        /// The item was given another photo meanwhile, which stays.
        case kept
        /// There was no photo before.
        case none
    }

    /// Takes a promotion back: the item's photos are its own again, where it was not given others meanwhile, and the rule goes with its
    /// pictures. Throws `Fault` 404, 409 `not-promoted`.
    package func demote(_ id: String) async throws -> (item: ItemUUID, sides: Sides<SideOutcome>) {
        try await write { [self] tx in
            let row = try require(id, in: tx)
            let name: String? = try tx.value("SELECT item_uuid FROM promotions WHERE rule_id = \(id)")
            guard let uuid = name.map({ ItemUUID(trusted: $0) }) else {
                throw Fault(.conflict, "not-promoted", "The rule \(id.excerpt()) was not made by a promotion.")
            }
            _ = try ItemRow.hold(uuid, in: tx)
            let before = try PhotoLink.sides(
                "SELECT side, image_id, shared_image_id, byte_count, cached_at FROM promoted_photos WHERE rule_id = \(id)",
                in: tx)
            let now = try PhotoLink.photos(of: uuid, in: tx)
            let outcomes = try Sides<SideOutcome> { side in
                guard let link = before[side] else { return .none }
                guard now[side] == nil else { return .kept }
                try link.put(on: uuid, side, in: tx)
                return .restored
            }
            try remove(row, in: tx)
            try RuleRow.noteChange(of: id, events, in: tx)
            events.append(.photos, uuid, nil, in: tx)
            return (uuid, outcomes)
        }
    }
}
