import AgBase
import AgHTTP
import AgJobs
import AgLibrary
import AgModel
import AgServer
import AgTesting
import Testing

@Suite("The OpenAPI document", .everyEngine, .timeLimit(.minutes(1)))
struct OpenAPITests {
    private func document() async throws -> (JSONValue, Application) {
        let desk = try await ServerDesk()
        return (try await desk.send(.get, "/openapi.json", as: .reader).json, desk.application)
    }

    @Test("It names every route of the router, and no other; the page's files are no part of it")
    func sameAsRouter() async throws {
        let (document, application) = try await document()
        let described = (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        let served = application.router.routes.map { "\($0.method) \($0.pattern)" }
        let pages = served.filter { $0 == "GET /" || $0 == "GET /sign-in" || $0.hasPrefix("GET /ui/") }
        #expect(Set(described) == Set(served).subtracting(pages))
        #expect(described.count == Set(described).count)
    }

    @Test("Every reference leads somewhere, and every operation has an id of its own")
    func references() async throws {
        let (document, _) = try await document()
        let schemas = Set(document["components"]?["schemas"]?.members?.map(\.name) ?? [])
        let references = document.texts(of: "$ref")
        #expect(references.count > 5)
        for reference in references {
            #expect(schemas.contains(String(reference.split(separator: "/").last ?? "")), "\(reference)")
        }
        let ids = document.texts(of: "operationId")
        #expect(Set(ids).count == ids.count)
    }

    @Test("Every hole of a path is a required parameter, and every operation says what it answers")
    func parameters() async throws {
        let (document, _) = try await document()
        for path in document["paths"]?.members ?? [] {
            let holes = path.name.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
            for operation in path.value.members ?? [] {
                let named = (operation.value["parameters"]?.array ?? []).filter { $0["in"]?.string == "path" }
                #expect(Set(named.compactMap { $0["name"]?.string }) == Set(holes.map(String.init)))
                #expect(named.allSatisfy { $0["required"]?.bool == true })
                #expect((operation.value["responses"]?.members?.count ?? 0) > 1, "\(path.name)")
                #expect(operation.value["summary"]?.string?.isEmpty == false)
            }
        }
    }

    @Test("It says which routes need no credential")
    func security() async throws {
        let (document, application) = try await document()
        for operation in application.operations {
            let method = operation.method.rawValue.lowercased()
            let security = document["paths"]?[operation.path]?[method]?["security"]?.array
            #expect(security?.isEmpty == (operation.access == .open), "\(operation.path)")
            if case .scope(let scope) = operation.access {
                #expect(security?.first?["token"]?.array == [.string(scope.rawValue)], "\(operation.path)")
            }
        }
    }

    @Test("It names the problems that each operation gives, by what the operation takes and whom it admits")
    func problems() async throws {
        let (document, application) = try await document()
        for operation in application.operations {
            let place = document["paths"]?[operation.path]?[operation.method.rawValue.lowercased()]
            let named = Set(place?["responses"]?.members?.compactMap { Int($0.name) } ?? [])
            var wanted: Set<Int> = operation.access == .open ? [] : [401, 403]
            if operation.path != "/livez" && operation.path != "/readyz" { wanted.insert(429) }
            if operation.path.contains("{") { wanted.insert(404) }
            if operation.parameters.contains(where: { $0.place != .path }) { wanted.insert(400) }
            if operation.body != nil { wanted.formUnion([400, 413]) }
            if operation.body?.mediaType == "application/json" { wanted.formUnion([415, 422]) }
            #expect(
                named.isSuperset(of: wanted), "\(operation.method) \(operation.path) lacks \(wanted.subtracting(named))"
            )
        }
    }

    @Test("A body that is said to take no other members refuses them")
    func closedBodies() async throws {
        let desk = try await ServerDesk()
        let closed = desk.application.operations.filter {
            if case .closed = $0.body?.schema { true } else { false }
        }
        #expect(Set(closed.map(\.path)).isSuperset(of: ["/api/tokens", "/api/tokens/{id}", "/api/jobs/pause"]))
        for operation in closed {
            #expect(operation.body?.schema.json["additionalProperties"]?.bool == false)
            let path = operation.path.replacing("{id}", with: "01936f5e-0000-7000-8000-000000000000")
            let answer = try await desk.send(operation.method, path, as: .admin, json: #"{"kin": "x"}"#)
            #expect(answer.status == 422 && answer.text.contains("unknown-member"), "\(operation.path)")
        }
    }

    @Test("The kinds of jobs that it names are those that there are")
    func kinds() async throws {
        let (document, _) = try await document()
        let body = document["paths"]?["/api/jobs/pause"]?["post"]?["requestBody"]?["content"]?["application/json"]
        let kind = body?["schema"]?["properties"]?["kind"]?["anyOf"]?.array?.first?["enum"]?.array
        #expect(kind?.compactMap(\.string) == Library.jobKinds.map(\.rawValue))
    }

    @Test("Bytes are described so that generators of clients of either version of OpenAPI know them")
    func bytes() {
        #expect(Schema.binary.json["format"]?.string == "binary")
        #expect(Schema.binary.json["contentMediaType"]?.string == "application/octet-stream")
        let answer = OperationAnswer.bytes(200, "A picture.", ["image/webp"])
        #expect(answer.content.map(\.mediaType) == ["image/webp", "application/octet-stream"])
    }

    @Test("Anybody may read it, with or without a credential")
    func open() async throws {
        for who in [Who.nobody, .reader, .garbage] {
            #expect(try await ServerDesk().send(.get, "/openapi.json", as: who).status == 200)
        }
    }

    @Test("The types of events that it names are those that some part of the program publishes")
    func eventTypes() async throws {
        let (document, _) = try await document()
        let parameters = document["paths"]?["/api/events"]?["get"]?["parameters"]?.array ?? []
        let about = parameters.first { $0["name"]?.string == "types" }?["description"]?.string ?? ""
        let sources = Repository.swiftFiles(below: "Sources").filter {
            !$0.path.hasSuffix("/EventType.swift") && !$0.path.hasSuffix("Part.swift")
        }
        let published = LibraryParts.all.eventTypes
        #expect(sources.count > 100)
        for type in EventType.allCases {
            let isPublished = sources.contains { $0.text.contains(".\(type)") }
            #expect(published.contains(type) == isPublished, "\(type)")
            #expect(about.contains(type.rawValue) == isPublished, "\(type)")
        }
    }

    @Test("It names the cookie as browsers have it")
    func cookieName() async throws {
        for (address, name) in [
            (nil, "argentum_session"), ("https://pictures.example", "__Host-argentum_session"),
            ("https://pictures.example/silver", "argentum_session"),
        ] {
            let document = try await ServerDesk(publicURL: address).send(.get, "/openapi.json", as: .reader).json
            #expect(document["components"]?["securitySchemes"]?["session"]?["name"]?.string == name)
        }
    }

    @Test("It is version 3.1 and names the public address")
    func head() async throws {
        let desk = try await ServerDesk(publicURL: "https://pictures.example")
        let document = try await desk.send(.get, "/openapi.json", as: .reader).json
        #expect(document["openapi"]?.string == "3.1.0")
        #expect(document["servers"]?.array?.first?["url"]?.string == "https://pictures.example")
        #expect(document["info"]?["version"]?.string == Program.version)
    }
}

extension JSONValue {
    /// Every text that stands under this name, anywhere inside.
    func texts(of name: String) -> [String] {
        switch self {
        case .array(let items): items.flatMap { $0.texts(of: name) }
        case .object(let members):
            members.flatMap { ($0.name == name ? [$0.value.string].compactMap { $0 } : []) + $0.value.texts(of: name) }
        default: []
        }
    }
}
