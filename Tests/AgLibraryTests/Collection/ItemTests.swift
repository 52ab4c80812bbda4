import AgBase
import AgJobs
import AgLibrary
import AgModel
import AgTesting
import Testing

@Suite("An item", .everyEngine, .timeLimit(.minutes(2)))
struct ItemTests {
    @Test("is kept as it was written: every member, in its order, every digit of its numbers")
    func exact() async throws {
        try await CollectionDesk.with { desk in
            let text =
                #"{"weight":31.10350,"uuid":"before-uuid","zeta":[1e2,{"b":null,"a":-0}],"name":"Ünïcode","price":12345678901234567890,"notes":"a\n\"b\""}"#
            try await desk.add(try JSONValue(json: text))
            let item = try await desk.collection.items.item(try #require(ItemUUID("before-uuid")))
            #expect(item.text == text)
        }
    }

    @Test("gets a uuid as its first member where it has none")
    func named() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["name": "Eagle"])
            #expect(try await desk.collection.items.item(uuid).text == #"{"uuid":"\#(uuid)","name":"Eagle"}"#)
        }
    }

    @Test(
        "that is not one is refused with a reason",
        arguments: [
            ("[1]", "not-an-object"), (#"{"uuid":7}"#, "bad-uuid"), (#"{"uuid":""}"#, "bad-uuid"),
            (#"{"name":1}"#, "bad-member"),
            (#"{"obverseImageUrl":{}}"#, "bad-member"), (#"{"tags":"a"}"#, "bad-member"),
            (#"{"tags":[1]}"#, "bad-member"),
            (#"{"ignorePatternImages":"yes"}"#, "bad-member"),
            (#"{"ignorePatternImages":{"obverse":1}}"#, "bad-member"),
            (#"{"catalogId":[]}"#, "bad-member"),
        ])
    func refused(_ text: String, _ code: String) throws {
        let fault = #expect(throws: Fault.self) { _ = try ItemDocument(try JSONValue(json: text)) }
        #expect(fault?.code == code)
        #expect(fault?.kind == .unprocessable)
    }

    @Test("of ten megabytes, or with a name of twenty thousand characters, is refused")
    func large() throws {
        let notes = #expect(throws: Fault.self) {
            _ = try ItemDocument(["name": "a", "notes": .string(String(repeating: "n", count: 10 << 20))])
        }
        #expect(notes?.code == "item-too-large")
        let name = #expect(throws: Fault.self) {
            _ = try ItemDocument(["name": .string(String(repeating: "n", count: 20_000))])
        }
        #expect(name?.code == "name-too-long")
    }

    @Test("that is there already is not made again, and a merge changes what it names")
    func merged() async throws {
        try await CollectionDesk.with { desk in
            let uuid = try await desk.add(["uuid": "u", "name": "Eagle", "a": ["x": 1, "y": 2], "z": true])
            let clash = await #expect(throws: Fault.self) { try await desk.add(["uuid": "u"]) }
            #expect(clash?.code == "item-exists")
            let merged = try await desk.collection.items.merge(
                ["z": nil, "a": ["y": 3], "new": ["n": nil, "m": 1]], into: uuid)
            #expect(merged.text == #"{"uuid":"u","name":"Eagle","a":{"x":1,"y":3},"new":{"m":1}}"#)
            let other = await #expect(throws: Fault.self) {
                _ = try await desk.collection.items.merge(["uuid": "v"], into: uuid)
            }
            #expect(other?.code == "uuid-mismatch")
        }
    }

    @Test("has a revision that a condition is asked about, which never comes again")
    func revisions() async throws {
        try await CollectionDesk.with { desk in
            let items = desk.collection.items
            let first = try await items.put(try ItemDocument(["uuid": "u", "n": 1])).item
            let same = try await items.put(try ItemDocument(["uuid": "u", "n": 1])).item
            #expect(same == first, "nothing has changed")
            let second = try await items.put(try ItemDocument(["uuid": "u", "n": 2])) { revision in
                #expect(revision == first.revision)
            }
            #expect(!second.isNew && second.item.revision > first.revision)
            struct Stale: Error {}
            await #expect(throws: Stale.self) {
                _ = try await items.put(try ItemDocument(["uuid": "u", "n": 3])) { _ in throw Stale() }
            }
            #expect(try await items.item(first.uuid).text == #"{"uuid":"u","n":2}"#)
            try await items.delete(first.uuid)
            let again = try await items.put(try ItemDocument(["uuid": "u", "n": 1]))
            #expect(again.isNew && again.item.revision > second.item.revision)
        }
    }

    @Test("says in the log what happened to it")
    func events() async throws {
        try await CollectionDesk.with { desk in
            let events = try await desk.desk.library.ground.events.subscribe(
                after: nil, filter: EventFilter(types: [.itemUpdated]))
            let uuid = try await desk.add(["uuid": "u", "name": "a"])
            _ = try await desk.collection.items.merge(["name": "b"], into: uuid)
            try await desk.collection.items.delete(uuid)
            var changes: [String?] = []
            for _ in 0..<3 {
                guard case .event(let event)? = try await events.next() else { continue }
                let data = try JSONValue(json: event.data)
                #expect(data["uuid"]?.string == "u")
                changes.append(data["change"]?.string)
            }
            #expect(changes == ["created", "changed", "deleted"])
        }
    }

    @Test("is found by the beginnings of its words, by a tag, by its number, and listed in order, page by page")
    func list() async throws {
        try await CollectionDesk.with { desk in
            for (index, name) in ["Morgan Dollar", "Peace dollar", "ÄGYPTEN", "apple"].enumerated() {
                try await desk.add([
                    "uuid": .string("u\(index)"), "name": .string(name),
                    "notes": .string(index == 1 ? "from Zürich" : ""),
                    "tags": index == 0 ? ["Silver Coin", "old"] : [], "numistaId": .string("\(1_400 + index)"),
                ])
            }
            func found(_ filter: ItemFilter) async throws -> [String] {
                var all: [String] = []
                var cursor: ItemCursor?
                repeat {
                    let page = try await desk.collection.items.list(filter, limit: 2, after: cursor)
                    #expect(page.items.count <= 2)
                    all += page.items.map(\.uuid.text)
                    cursor = try page.next.map { try #require(ItemCursor($0.text, of: filter.order)) }
                } while cursor != nil
                return all
            }
            #expect(try await found(ItemFilter()) == ["u3", "u0", "u1", "u2"])
            #expect(try await found(ItemFilter(isDescending: true)) == ["u2", "u1", "u0", "u3"])
            #expect(try await found(ItemFilter(order: .createdAt, isDescending: false)) == ["u0", "u1", "u2", "u3"])
            #expect(try await found(ItemFilter(search: "DOL")) == ["u0", "u1"])
            #expect(try await found(ItemFilter(search: "dollar zür")) == ["u1"])
            #expect(try await found(ItemFilter(search: "ägy")) == ["u2"])
            #expect(try await found(ItemFilter(search: "ollar")) == [])
            #expect(try await found(ItemFilter(search: "%_")) == [])
            #expect(try await found(ItemFilter(search: "silver")) == ["u0"])
            #expect(try await found(ItemFilter(tag: "silver coin")) == ["u0"])
            #expect(try await found(ItemFilter(tag: "silver")) == [])
            #expect(try await found(ItemFilter(catalogID: "1402")) == ["u2"])
            #expect(ItemCursor("bmFtZS4xLmE", of: .createdAt) == nil, "a cursor of another order")
            _ = try await desk.collection.items.merge(
                ["name": "Trade coin", "tags": nil], into: try #require(ItemUUID("u0")))
            #expect(try await found(ItemFilter(search: "morgan")) == [])
            #expect(try await found(ItemFilter(tag: "old")) == [])
            #expect(try await found(ItemFilter(search: "trade")) == ["u0"])
            try await desk.collection.items.delete(try #require(ItemUUID("u1")))
            #expect(try await found(ItemFilter(search: "peace")) == [])
        }
    }

    @Test("of an inventory is added, changed, left or refused for itself, with an outcome in its place")
    func imported() async throws {
        try await CollectionDesk.with { desk in
            try await desk.add(["uuid": "same", "name": "a"])
            try await desk.add(["uuid": "old", "name": "a"])
            let outcomes = try await desk.collection.items.importAll([
                ["uuid": "same", "name": "a"], ["uuid": "old", "name": "b"], ["uuid": "new", "name": "c"], 7,
                ["uuid": "new", "name": "twice"], ["uuid": "bad", "tags": 1], ["name": "nameless"],
            ])
            #expect(
                outcomes.map(\.outcome.word) == [
                    "unchanged", "changed", "added", "refused", "refused", "refused", "added",
                ])
            #expect(outcomes.map { $0.uuid?.text }.prefix(6) == ["same", "old", "new", nil, "new", "bad"])
            #expect(outcomes[6].uuid != nil)
            #expect(try await desk.desk.count("items") == 4)
            let again = try await desk.collection.items.importAll([["uuid": "new", "name": "c"]])
            #expect(again.map(\.outcome) == [.unchanged])
        }
    }

    @Test("is one of ten thousand that come in one call")
    func tenThousand() async throws {
        try await CollectionDesk.with { desk in
            let items = (0..<10_000).map { index -> JSONValue in
                ["uuid": .string("item-\(index)"), "name": .string("Coin \(index % 90) of \(1_800 + index % 220)")]
            }
            let outcomes = try await desk.collection.items.importAll(items)
            #expect(outcomes.count == 10_000 && outcomes.allSatisfy { $0.outcome == .added })
            let page = try await desk.collection.items.list(ItemFilter(search: "coin 42"), limit: 5)
            #expect(page.items.count == 5)
            let answers = try await desk.collection.resolutions.resolve(
                all: outcomes.compactMap { $0.uuid?.text } + ["none"])
            #expect(answers.count == 10_001)
            #expect((try? answers[0].get())?.obverse.resolution == SideResolution.none)
            #expect((try? answers[10_000].get()) == nil)
        }
    }
}
