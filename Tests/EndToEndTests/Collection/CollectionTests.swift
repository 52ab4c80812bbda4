import AgBase
import AgTesting
import Testing

@Suite("The collection", .server(), .serverLog, .timeLimit(.minutes(2)))
struct CollectionTests: CommandSuite {
    let server: Server
    let folder = TemporaryFolder()

    init() throws { server = try Server.ofSuite }

    private func add(_ item: JSONValue) async throws -> Answer {
        let answer = try await server.client.post("/api/items", item)
        try #require(answer.status == 201, "\(answer)")
        return answer
    }

    @Test("keeps an item as it was sent, and refuses a write that is based on an older one")
    func item() async throws {
        let text = #"{"uuid":"with space/and slash","weight":31.10350,"name":"Eagle","zz":{"b":1,"a":[null]}}"#
        let made = try await add(try JSONValue(json: text))
        #expect(made.text == text)
        let path = "/api/items/with%20space%2Fand%20slash"
        let tag = try #require(made["etag"])
        let read = try await server.client.get(path)
        #expect(read.text == text && read["etag"] == tag)
        #expect(try await server.client.get(path, headers: ["If-None-Match": tag]).status == 304)
        let patched = try await server.client.call(
            "PATCH", path, headers: ["If-Match": tag],
            .bytes(Array(#"{"weight":null,"note":"n"}"#.utf8), type: "application/merge-patch+json"))
        #expect(patched.text == #"{"uuid":"with space/and slash","name":"Eagle","zz":{"b":1,"a":[null]},"note":"n"}"#)
        for method in ["PUT", "PATCH", "DELETE"] {
            let body: Client.Body = method == "DELETE" ? .none : .json(["name": "stale"])
            let stale = try await server.client.call(method, path, headers: ["If-Match": tag], body)
            try expectProblem(stale, 412, "precondition-failed")
        }
        try expectProblem(await server.client.post("/api/items", ["uuid": "with space/and slash"]), 409, "item-exists")
        let never = try await server.client.call("PUT", path, headers: ["If-None-Match": "*"], .json(["name": "x"]))
        try expectProblem(never, 412, "precondition-failed")
        #expect(try await server.client.call("PUT", "/api/items/fresh", .json(["name": "x"])).status == 201)
        try expectProblem(
            await server.client.call("PUT", "/api/items/fresh", .json(["uuid": "other"])), 422, "uuid-mismatch")
        #expect(try await server.client.call("DELETE", path).status == 204)
        try expectProblem(await server.client.get(path), 404, "no-such-item")
    }

    @Test("shows for a side its photo, else a rule's picture, else the catalogue's address, and says why")
    func sides() async throws {
        let url = "https://c.example/ö o.jpg"
        _ = try await add(["uuid": "sides", "name": "Sidecar dollar", "reverseImageUrl": .string(url)])
        let path = "/api/items/sides/images"
        try expectProblem(await server.client.get("\(path)/obverse"), 404, "no-picture")
        try expectProblem(await server.client.get("\(path)/edge"), 404, "no-such-side")
        let redirect = try await server.client.get("\(path)/reverse")
        #expect(redirect.status == 302)
        #expect(redirect["location"] == "https://c.example/%C3%B6%20o.jpg")

        let rule = try await server.client.post("/api/pattern-rules", ["keywords": "sidecar"])
        let id = try #require(try rule.json["id"]?.string)
        let picture = Picture.photo()
        let put = try await server.client.call(
            "PUT", "/api/pattern-rules/\(id)/images/obverse", .bytes(picture.bytes, type: "image/jpeg"))
        #expect(put.status == 201, "\(put)")
        #expect(try await server.client.get("\(path)/obverse").body == picture.bytes)

        let photo = Picture.photo()
        let form = try await server.client.call("PUT", "\(path)/reverse", .form(.of([(photo.name, photo.bytes)])))
        #expect(form.status == 201, "\(form)")
        #expect(try await server.client.get("\(path)/reverse").body == photo.bytes)
        let sides = try await server.json("\(path)?explain=1")
        #expect(sides[path: "obverse.source"]?.string == "pattern" && sides[path: "obverse.ruleId"]?.string == id)
        #expect(sides[path: "reverse.source"]?.string == "user")
        #expect(sides[path: "reverse.tiers"]?.array?.compactMap { $0["hit"]?.bool } == [true, false, true])
        let original = try await server.client.get(try #require(sides[path: "reverse.url"]?.string))
        #expect(original.body == photo.bytes)

        // The address leads to what stands there now, also right after it was asked.
        #expect(try await server.client.call("DELETE", "\(path)/reverse").status == 204)
        #expect(try await server.client.get("\(path)/reverse").status == 302)
        let bulk = try await server.client.post("/api/items/images/resolve", ["uuids": ["sides", "nobody"]])
        let items = try bulk.json["items"]?.array ?? []
        #expect(items.first?[path: "obverse.source"]?.string == "pattern")
        #expect(items.first?[path: "reverse.url"]?.string == url)
        #expect(items.last?[path: "error.code"]?.string == "no-such-item")
        let legacy = try await server.json("\(path)/legacy")
        #expect(legacy["source"]?.string == "pattern")
        let key = try rule.json["pictureKey"]
        #expect(legacy["catalogId"] == key)
    }

    @Test("takes an inventory in one call, lists it, and finds words")
    func inventory() async throws {
        let items = (0..<300).map { index -> JSONValue in
            [
                "uuid": .string("inv-\(index)"), "name": .string("Inventory piece \(index)"),
                "tags": index == 7 ? ["seven"] : [],
            ]
        }
        let answer = try await server.client.post("/api/items/import", .array(items + [["uuid": 1]]))
        let outcomes = try answer.json["items"]?.array ?? []
        #expect(outcomes.count == 301 && outcomes.prefix(300).allSatisfy { $0["outcome"]?.string == "added" })
        #expect(outcomes.last?["outcome"]?.string == "refused" && outcomes.last?["code"]?.string == "bad-uuid")
        let page = try await server.json("/api/items?q=inventory%20piece&limit=200")
        #expect(page["items"]?.array?.count == 200)
        let next = try #require(page["next"]?.string)
        let rest = try await server.json("/api/items?q=inventory%20piece&limit=200&cursor=\(next)")
        #expect(rest["items"]?.array?.count == 100 && rest["next"] == .null)
        #expect(try await server.json("/api/items?tag=seven")["items"]?.array?.count == 1)
        try expectProblem(await server.client.get("/api/items?sort=colour"), 400, "invalid-query")
        try expectProblem(await server.client.get("/api/items?cursor=x"), 400, "invalid-query")
        try expectProblem(await server.client.post("/api/items/import", ["a": 1]), 422, "not-an-array")
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let body = Client.Body.bytes(Array("[{\"a\":\(deep)}]".utf8), type: "application/json")
        try expectProblem(await server.client.call("POST", "/api/items/import", body), 400, "invalid-json")
    }

    @Test("refuses rules that cannot work with the place of the fault, and warns of one that matches everything")
    func rules() async throws {
        let invalid = try await server.client.post("/api/pattern-rules", ["regex": "morgan("])
        try expectProblem(invalid, 422, "invalid-pattern")
        #expect(try invalid.json["position"]?.int == 6)
        for (body, code) in [
            (["keywords": " , "], "empty-keywords"), (["regex": ""], "empty-pattern"),
            (["keywords": "a", "text": ""], "empty-text"),
            (["keywords": "a", "regex": "b"], "invalid-body"), (["keyword": "a"], "invalid-body"),
            (["text": "x"], "no-pattern"),
        ] as [(JSONValue, String)] {
            try expectProblem(await server.client.post("/api/pattern-rules", body), 422, code)
        }
        let every = try await server.client.post("/api/pattern-rules", ["regex": ".*", "enabled": false])
        #expect(every.status == 201)
        #expect(try every.json["warnings"]?.array?.first?["code"]?.string == "matches-everything")
        let wrong = try await server.client.call("PUT", "/api/pattern-rules", .json(["order": ["nothing"]]))
        try expectProblem(wrong, 422, "bad-order")
        let limit = try await server.client.post("/api/pattern-rules/match", ["names": ["Krugerrand 1974"]])
        #expect(try limit.json["matches"]?.array?.first?["rule"] == .null)
        let on = try await server.client.call("PUT", "/api/pattern-rules/za-krugerrand", .json(["enabled": true]))
        #expect(try on.json["enabled"]?.bool == true)
        let match = try await server.client.post("/api/pattern-rules/match", ["names": ["Krugerrand 1974"]])
        #expect(try match.json["matches"]?.array?.first?[path: "rule.id"]?.string == "za-krugerrand")
        try expectProblem(await server.client.call("DELETE", "/api/pattern-rules/za-krugerrand"), 409, "built-in-rule")
        try expectProblem(await server.client.get("/api/pattern-rules/nothing"), 404, "no-such-rule")
    }

    @Test("promotes a photo to a rule's picture, and takes it back")
    func promotion() async throws {
        _ = try await add(["uuid": "promoted", "name": "Promotable 1889"])
        _ = try await add(["uuid": "follower", "name": "promotable 1890"])
        let picture = Picture.photo()
        let put = try await server.client.call(
            "PUT", "/api/items/promoted/images/obverse", .bytes(picture.bytes, type: "application/octet-stream"))
        let image = try #require(try put.json["imageId"]?.string)
        let rule = try await server.client.post("/api/items/promoted/promote", ["keywords": "promotable"])
        #expect(rule.status == 201, "\(rule)")
        let id = try #require(try rule.json["id"]?.string)
        #expect(try rule.json[path: "images.obverse"]?.string == image)
        #expect(try await server.client.get("/api/items/follower/images/obverse").body == picture.bytes)
        let back = try await server.client.call("POST", "/api/pattern-rules/\(id)/demote")
        #expect(try back.json["obverse"]?.string == "restored")
        #expect(try await server.json("/api/items/promoted/images")[path: "obverse.source"]?.string == "user")
        try expectProblem(await server.client.get("/api/items/follower/images/obverse"), 404, "no-picture")
    }

    @Test("is at the command line's hand")
    func commands() async throws {
        let inventory =
            #"{"version":"1","inventory":[{"uuid":"cli-1","name":"Command coin"},{"uuid":"cli-2","name":"Command bar","tags":1}]}"#
        try writeBytes(Array(inventory.utf8), to: "\(folder.path)/inventory.json")
        let imported = try await run("items", "import", "\(folder.path)/inventory.json")
        #expect(imported.code == 3, "\(imported)")
        #expect(imported.output.contains("cli-2") || "\(imported)".contains("1 added"), "\(imported)")
        let listed = try await run("items", "list", "command", "--json")
        #expect(try listed.lines.map { try JSONValue.read($0)["uuid"]?.string } == ["cli-1"], "\(listed)")
        let added = try await run("rules", "add", "--keywords", "command coin", "--json")
        let id = try #require(try JSONValue.read(added.output)["id"]?.string)
        let tested = try await run("rules", "test", "My Command Coin", "--json")
        #expect(try JSONValue.read(tested.output)[path: "rule.id"]?.string == id)
        try writeBytes(Picture.photo().bytes, to: "\(folder.path)/photo.jpg")
        #expect(try await run("items", "photo", "cli-1", "obverse", "\(folder.path)/photo.jpg").code == 0)
        #expect(try await run("rules", "promote", "cli-1", "--keywords", "command").code == 0)
        let explained = try await run("items", "explain", "cli-1")
        #expect(explained.output.contains("pattern"), "\(explained)")
        #expect(try await run("items", "export", "\(folder.path)/out.json").code == 0)
        #expect(try await run("items", "get", "nobody").code == 10)
        #expect(try await run("rules", "add", "--regex", "(").code == 1)
    }
}
