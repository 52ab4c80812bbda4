import AgBase
import AgLibrary
import AgModel
import AgTesting
import Testing

@Suite("Photos of an item", .everyEngine, .timeLimit(.minutes(2)))
struct PhotoTests {
    @Test("are put side by side: the other one stays, also when both come at once")
    func sides() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["name": "Eagle"])
            let reverse = try await desk.photograph(uuid, .reverse, 30)
            #expect(try await desk.images(uuid) == [nil, reverse])
            for round in 0..<4 {
                async let first = desk.photograph(uuid, .obverse, 40 + round)
                async let second = desk.photograph(uuid, .reverse, 60 + round)
                let both: [ImageID?] = [try await first, try await second]
                #expect(try await desk.images(uuid) == both)
            }
            try await desk.collection.photos.remove(from: uuid, .obverse)
            #expect(try await desk.images(uuid)[0] == nil)
            #expect(try await desk.images(uuid)[1] != nil)
            try await desk.collection.photos.remove(from: uuid, .reverse)
            #expect(try await desk.desk.count("item_photos") == 0)
            let gone = await #expect(throws: Fault.self) {
                try await desk.collection.photos.remove(from: uuid, .reverse)
            }
            #expect(gone?.code == "no-photo")
        }
    }

    @Test("are ordinary images: the same bytes are kept once, and the item's deletion leaves them")
    func images() async throws {
        try await CollectionDesk.with { desk in
            let (first, second) = (try await desk.add(["name": "a"]), try await desk.add(["name": "b"]))
            let image = try await desk.photograph(first, .obverse, 30)
            #expect(try await desk.photograph(second, .reverse, 30) == image)
            #expect(try await desk.desk.count("originals") == 1)
            try await desk.collection.items.delete(first)
            #expect(try await desk.desk.count("item_photos") == 1)
            #expect(try await desk.desk.library.images.image(image).id == image)
        }
    }

    @Test("are not deleted from the library by mistake, and with force are unlinked everywhere")
    func inUse() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["uuid": "holder", "name": "Morgan"])
            let image = try await desk.photograph(uuid, .obverse, 30)
            let rule = try await desk.rule("morgan")
            try await desk.collection.rules.put(image, on: rule.id, .reverse)
            let images = desk.desk.library.images
            let fault = await #expect(throws: Fault.self) { try await images.delete(image) }
            #expect(fault?.code == "in-use" && fault?.details.count == 2)
            #expect(fault?.message.contains("obverse of the item holder") == true)
            try await images.delete(image, forced: true)
            #expect(try await desk.sources(uuid) == [.none, .none])
            #expect(try await desk.desk.count("item_photos") == 0)
            #expect(try await desk.desk.count("rule_pictures") == 0)
        }
    }

    @Test("may be kept for an item that comes later, and are written back out as they came")
    func early() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try #require(ItemUUID("later"))
            let image = try await desk.desk.upload(PNGFile.drawn(30, 20)).image
            let record = PhotoRecord(
                uuid: uuid, images: Sides(obverse: nil, reverse: image.id), sharedImageID: "shared-1",
                cachedAt: Timestamp(milliseconds: 1_700_000_000_000), size: image.original.byteCount)
            try await desk.collection.photos.keep([record])
            #expect(try await desk.collection.photos.records(limit: 10) == [record])
            #expect(try await desk.collection.photos.records(after: uuid, limit: 10).isEmpty)
            try await desk.add(["uuid": "later", "name": "Late coin"])
            #expect(try await desk.images(uuid) == [nil, image.id])
            // A record with one side takes the other one away from no item.
            let other = try await desk.desk.upload(PNGFile.drawn(31, 20)).image.id
            try await desk.collection.photos.keep([
                PhotoRecord(uuid: uuid, images: Sides(obverse: other, reverse: nil), cachedAt: record.cachedAt)
            ])
            #expect(try await desk.images(uuid) == [other, image.id])
        }
    }

    @Test("for an item that is not there are not stored")
    func unknown() async throws {
        try await CollectionDesk.with { desk in
            let nobody = try #require(ItemUUID("nobody"))
            let fault = await #expect(throws: Fault.self) { try await desk.photograph(nobody, .obverse, 30) }
            #expect(fault?.code == "no-such-item")
            #expect(try await desk.desk.count("images") == 0)
            #expect(desk.desk.pictureFiles.isEmpty)
        }
    }
}

@Suite("Pictures that stand for items", .everyEngine, .timeLimit(.minutes(2)))
struct StandingPictureTests {
    @Test("come from the item's photo, else from the first rule that matches, else from the catalogue")
    func tiers() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["name": "Morgan Dollar", "obverseImageUrl": "https://c.example/o.jpg"])
            #expect(try await desk.sources(uuid) == [.catalog, .none])
            let bare = try await desk.rule("peace")
            let rule = try await desk.rule("morgan")
            let picture = try await desk.collection.rules.put(
                try await desk.desk.accept(PNGFile.drawn(50, 20)), on: rule.id, .reverse
            ).image.id
            #expect(try await desk.sources(uuid) == [.catalog, .pattern])
            #expect(try await desk.images(uuid) == [nil, picture])
            let photo = try await desk.photograph(uuid, .reverse, 30)
            #expect(try await desk.images(uuid) == [nil, photo])
            try await desk.collection.photos.remove(from: uuid, .reverse)
            // A rule that matches before it and has no picture hides it, unless it passes through.
            _ = try await desk.collection.rules.change(bare.id, RuleWish(match: .keywords("dollar")))
            #expect(try await desk.sources(uuid) == [.catalog, .none])
            _ = try await desk.collection.rules.change(bare.id, RuleWish(passesThrough: true))
            #expect(try await desk.sources(uuid) == [.catalog, .pattern])
            _ = try await desk.collection.items.merge(["ignorePatternImages": ["reverse": true]], into: uuid)
            #expect(try await desk.sources(uuid) == [.catalog, .none])
        }
    }

    @Test("follow every change of a rule at once: switched off, ordered, deleted")
    func changes() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["name": "Morgan Dollar"])
            let (first, second) = (try await desk.rule("morgan"), try await desk.rule("dollar"))
            for (index, rule) in [first, second].enumerated() {
                let upload = try await desk.desk.accept(PNGFile.drawn(50 + index, 20))
                _ = try await desk.collection.rules.put(upload, on: rule.id, .obverse)
            }
            func shown() async throws -> String? {
                let side = try await desk.collection.resolutions.resolve(uuid).obverse.resolution
                if case .pattern(_, let rule) = side { return rule }
                return nil
            }
            #expect(try await shown() == first.id)
            try await desk.collection.rules.arrange(order: [second.id, first.id], builtIn: nil)
            #expect(try await shown() == second.id)
            _ = try await desk.collection.rules.change(second.id, RuleWish(isEnabled: false))
            #expect(try await shown() == first.id)
            try await desk.collection.rules.delete(first.id)
            #expect(try await shown() == nil)
            #expect(try await desk.desk.count("rule_pictures") == 1)
        }
    }

    @Test("are explained, in the older form too, and not decided by a pattern that needs too many steps")
    func explained() async throws {
        try await CollectionDesk.with { desk in
            let name = "Morgan \(String(repeating: "a", count: 40))c"
            let uuid = try await desk.add(["uuid": "u", "name": .string(name)])
            let rule = try await desk.rule("morgan")
            let upload = try await desk.desk.accept(PNGFile.drawn(50, 20))
            _ = try await desk.collection.rules.put(upload, on: rule.id, .obverse)
            let sides = try await desk.collection.resolutions.resolve(uuid, explaining: true)
            #expect(sides.obverse.tiers.map(\.isHit) == [false, true, false])
            #expect(sides.reverse.tiers[1].reason.contains(rule.id))
            let legacy = try await desk.collection.resolutions.legacy(uuid)
            #expect(legacy?.catalogID == rule.pictureKey && legacy?.source == .pattern)
            let costly = try await desk.collection.rules.add(RuleWish(match: .regex("(?=(a+)+$)a"))).rule
            try await desk.collection.rules.arrange(order: [costly.id, rule.id], builtIn: nil)
            let fault = await #expect(throws: Fault.self) { _ = try await desk.collection.resolutions.resolve(uuid) }
            #expect(fault?.code == "pattern-limit")
            #expect(fault?.details.first?.subject == costly.id)
            let bulk = try await desk.collection.resolutions.resolve(all: ["u"])
            guard case .failure(let same) = bulk[0] else { throw fault ?? Fault(.internal, "", "") }
            #expect(same.code == "pattern-limit")
        }
    }
}
