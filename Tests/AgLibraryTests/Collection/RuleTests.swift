import AgBase
import AgLibrary
import AgModel
import AgTesting
import Testing

@Suite("A rule", .everyEngine, .timeLimit(.minutes(2)))
struct RuleTests {
    @Test("stands behind those that are there, and gives its words, its text and a key for its pictures")
    func added() async throws {
        try await CollectionDesk.with { desk in
            let first = try await desk.rule("morgan, peace; walking (lib)")
            let second = try await desk.collection.rules.add(
                RuleWish(match: .regex("\\bpanda\\b"), text: "Panda", catalogID: "42")
            ).rule
            #expect(first.pattern == "morgan|peace|walking \\(lib\\)")
            #expect(first.text == "morgan, peace; walking (lib)")
            #expect([first.order, second.order] == [0, 1])
            #expect(second.match == .regex("\\bpanda\\b") && second.catalogID == "42")
            #expect(first.pictureKey != nil && first.pictureKey != second.pictureKey)
            let all = try await desk.collection.rules.all()
            #expect(all.prefix(2).map(\.id) == [first.id, second.id])
            #expect(all.dropFirst(2).map(\.id) == BuiltInRule.all.map(\.id))
            #expect(all.dropFirst(2).allSatisfy { !$0.isEnabled && $0.isBuiltIn })
        }
    }

    @Test(
        "that cannot work is refused, and nothing is changed",
        arguments: [
            (PatternRule.Match.regex("a("), "invalid-pattern", 1), (.regex(""), "empty-pattern", nil),
            (.keywords(" ; ,"), "empty-keywords", nil),
            (.regex("(?<=a+)b"), "unsupported-pattern", 0), (nil, "no-pattern", nil),
        ] as [(PatternRule.Match?, String, Int?)])
    func refused(_ match: PatternRule.Match?, _ code: String, _ position: Int?) async throws {
        try await CollectionDesk.with { desk in
            let fault = await #expect(throws: Fault.self) {
                _ = try await desk.collection.rules.add(RuleWish(match: match))
            }
            #expect(fault?.code == code)
            #expect(fault?.details.first?.position == position)
            let count = try await desk.desk.count("pattern_rules")
            #expect(count == 0)
            let empty = await #expect(throws: Fault.self) {
                _ = try await desk.collection.rules.add(RuleWish(match: .keywords("a"), text: " "))
            }
            #expect(empty?.code == "empty-text")
        }
    }

    @Test("is ordered only by a list that names each once")
    func ordered() async throws {
        try await CollectionDesk.with { desk in
            let ids = [try await desk.rule("a").id, try await desk.rule("b").id, try await desk.rule("c").id]
            for wrong in [[ids[0]], ids + ["nothing"], [ids[0], ids[0], ids[1], ids[2]], ids + ["us-ase"], []] {
                let fault = await #expect(throws: Fault.self) {
                    try await desk.collection.rules.arrange(order: wrong, builtIn: true)
                }
                #expect(fault?.code == "bad-order")
            }
            #expect(
                try await desk.collection.rules.all().allSatisfy { !$0.isBuiltIn || !$0.isEnabled },
                "nothing was switched")
            try await desk.collection.rules.arrange(order: ids.reversed(), builtIn: nil)
            #expect(try await desk.collection.rules.all().prefix(3).map(\.id) == ids.reversed())
        }
    }

    @Test("that is built in can be switched, alone and with all others, and nothing else")
    func builtIn() async throws {
        try await CollectionDesk.with { desk in
            func first(_ name: String) async throws -> String? {
                try await desk.collection.rules.match([name], all: false)[0].first?.id
            }
            #expect(try await first("ASE 2019") == nil)
            try await desk.collection.rules.arrange(order: nil, builtIn: true)
            #expect(try await first("ASE 2019") == "us-ase")
            _ = try await desk.collection.rules.change("us-ase", RuleWish(isEnabled: false))
            #expect(try await first("ASE 2019") == nil)
            #expect(try await first("ase type 2") == "us-ase-new")
            try await desk.collection.rules.arrange(order: nil, builtIn: false)
            #expect(try await first("ase type 2") == nil)
            let fault = await #expect(throws: Fault.self) {
                _ = try await desk.collection.rules.change("us-ase", RuleWish(text: "mine"))
            }
            #expect(fault?.code == "built-in-rule")
            let deleted = await #expect(throws: Fault.self) { try await desk.collection.rules.delete("us-ase") }
            #expect(deleted?.code == "built-in-rule")
        }
    }

    @Test("that matches everything is taken with a warning")
    func everything() async throws {
        try await CollectionDesk.with { desk in
            let every = try await desk.collection.rules.add(RuleWish(match: .regex(".*")))
            let some = try await desk.collection.rules.add(RuleWish(match: .regex("morgan")))
            #expect(every.matchesEverything && !some.matchesEverything)
        }
    }

    @Test("shares its pictures with others of the same key, which keep them when it goes")
    func sharedPictures() async throws {
        try await CollectionDesk.with { desk in
            let first = try await desk.rule("a") { $0.pictureKey = "custom-img-1" }
            let second = try await desk.rule("b") { $0.pictureKey = "custom-img-1" }
            let image = try await desk.collection.rules.put(
                try await desk.desk.accept(PNGFile.drawn(30, 20)), on: first.id, .obverse
            ).image.id
            #expect(try await desk.collection.rules.rule(second.id).pictures.obverse == image)
            try await desk.collection.rules.delete(first.id)
            #expect(try await desk.collection.rules.rule(second.id).pictures.obverse == image)
            try await desk.collection.rules.delete(second.id)
            #expect(try await desk.desk.count("rule_pictures") == 0)
        }
    }
}

@Suite("A promotion", .everyEngine, .timeLimit(.minutes(2)))
struct PromotionTests {
    @Test("makes the item's photo the rule's picture, the pending one first, and can be taken back after other changes")
    func undone() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["name": "Morgan 1889"])
            let other = try await desk.add(["name": "Morgan 1921"])
            let (obverse, reverse) = (
                try await desk.photograph(uuid, .obverse, 30), try await desk.photograph(uuid, .reverse, 31)
            )
            let pending = try await desk.desk.upload(PNGFile.drawn(40, 20)).image.id
            let rule = try await desk.collection.rules.promote(
                uuid, RuleWish(match: .keywords("morgan")), .init(Sides(obverse: pending, reverse: nil))
            ).rule
            #expect(try await desk.desk.count("item_photos") == 0)
            #expect(try await desk.images(uuid) == [pending, reverse])
            #expect(try await desk.images(other) == [pending, reverse])

            let later = try await desk.photograph(uuid, .reverse, 50)
            _ = try await desk.collection.items.merge(["name": "Morgan 1890"], into: uuid)
            let undone = try await desk.collection.rules.demote(rule.id)
            #expect(undone.item == uuid)
            #expect(undone.sides == Sides(obverse: .restored, reverse: .kept))
            #expect(try await desk.images(uuid) == [obverse, later])
            #expect(try await desk.images(other) == [nil, nil])
            #expect(try await desk.desk.count("pattern_rules") == 0)
            #expect(try await desk.desk.count("rule_pictures") == 0)
            #expect(try await desk.desk.count("promoted_photos") == 0)
        }
    }

    @Test("without a picture, of a rule that cannot work, or of an unknown image changes nothing")
    func refused() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["name": "Morgan"])
            let nothing = await #expect(throws: Fault.self) {
                _ = try await desk.collection.rules.promote(uuid, RuleWish(match: .keywords("morgan")), .init())
            }
            #expect(nothing?.code == "nothing-to-promote")
            let photo = try await desk.photograph(uuid, .obverse, 30)
            let invalid = await #expect(throws: Fault.self) {
                _ = try await desk.collection.rules.promote(uuid, RuleWish(match: .regex("(")), .init())
            }
            #expect(invalid?.code == "invalid-pattern")
            let unknown = await #expect(throws: Fault.self) {
                _ = try await desk.collection.rules.promote(
                    uuid, RuleWish(match: .keywords("a")), .init(Sides(obverse: nil, reverse: .make())))
            }
            #expect(unknown?.code == "no-such-image")
            #expect(try await desk.images(uuid) == [photo, nil])
            #expect(try await desk.desk.count("pattern_rules") == 0)
            let plain = try await desk.rule("x")
            let never = await #expect(throws: Fault.self) { _ = try await desk.collection.rules.demote(plain.id) }
            #expect(never?.code == "not-promoted")
        }
    }

    @Test("and the photos that come meanwhile leave a state in which every photo is the item's, the rule's, or both")
    func raced() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["name": "Morgan"])
            try await desk.photograph(uuid, .obverse, 30)
            for round in 0..<3 {
                async let promoted = desk.collection.rules.promote(uuid, RuleWish(match: .keywords("morgan")), .init())
                async let photo = desk.photograph(uuid, .reverse, 60 + round)
                let (rule, image) = (try await promoted.rule, try await photo)
                let shown = try await desk.images(uuid)
                #expect(shown[0] != nil && shown[1] == image)
                _ = try await desk.collection.rules.demote(rule.id)
                let after = try await desk.images(uuid)
                #expect(after[0] == shown[0] && after[1] == image)
            }
        }
    }
}
