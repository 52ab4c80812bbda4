import AgBase
import AgLibrary
import AgModel
import AgTesting
import Testing

@testable import argentum

/// The documents that say what programs outside may rely on, held against a running server.
@Suite("Of a server, what is written in", .server(), .serverLog, .timeLimit(.minutes(1)))
struct DocumentTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    @Test("docs/openapi.json is what the server says of itself")
    func openAPI() async throws {
        let path = "docs/openapi.json"
        let said = try await server.json("/openapi.json")
        if Repository.writesDocuments { return try Repository.write(said.indented() + "\n", to: path) }
        let written = try JSONValue(json: try Repository.text(path))
        for operation in Self.differences(written["paths"], said["paths"]) {
            Issue.record("docs/openapi.json differs at '\(operation)': run 'make documents' and look at the change.")
        }
        #expect(written == said, "Run 'make documents' and look at the change.")
    }

    /// Paths whose description is another one, or only on one side.
    private static func differences(_ one: JSONValue?, _ other: JSONValue?) -> [String] {
        let names = Set((one?.members ?? []).map(\.name)).union((other?.members ?? []).map(\.name))
        return names.filter { one?[$0] != other?[$0] }.sorted()
    }

    @Test("docs/formats/metrics.md is every metric, with its type, labels and help, and no other")
    func metrics() async throws {
        _ = try await server.addAndFinish(.photo())
        let lines = try await server.client.get("/metrics").text.split(separator: "\n")
        let rows = try Repository.text("docs/formats/metrics.md").tableRows
        let described = rows.map { Metric(name: $0[0].codeSpans[0], type: $0[1], help: $0[3]) }
        #expect(Set(described).count == described.count)
        #expect(described.sorted() == Metric.all(in: lines).sorted())
        for row in rows {
            let name = row[0].codeSpans[0]
            let labels = Set(lines.flatMap { Self.labels($0, of: name) }).subtracting(["le"])
            #expect(labels == Set(row[2].codeSpans), "\(name)")
        }
    }

    /// The names of the labels in a sample of a metric.
    private static func labels(_ line: Substring, of metric: String) -> [String] {
        guard line.hasPrefix(metric), let open = line.firstIndex(of: "{") else { return [] }
        guard ["", "_bucket", "_sum", "_count"].contains(line[..<open].dropFirst(metric.count)) else { return [] }
        return line[open...].matches(of: /[{,]([a-z_]+)="/).map { String($0.output.1) }
    }

    @Test("docs/formats/events.md is every type of event that is published, and what is in it")
    func events() async throws {
        let rows = try Repository.text("docs/formats/events.md").tableRows
        let members = Dictionary(uniqueKeysWithValues: rows.map { ($0[0].codeSpans[0], $0[2].codeSpans) })
        #expect(rows.map { $0[0].codeSpans[0] }.sorted() == LibraryParts.all.eventTypes.map(\.rawValue).sorted())
        for event in try await life() {
            let known = try #require(members[event.type], "\(event.type)")
            let names = Set((event.json.members ?? []).map(\.name))
            let required = known.filter { !$0.hasSuffix("?") }
            #expect(names.isSuperset(of: required), "\(event.type): \(event.data)")
            #expect(names.isSubset(of: known.map { $0.filter { $0 != "?" } }), "\(event.type): \(event.data)")
        }
    }

    /// All that happens to a picture that is made, one whose job is cancelled, one that is deleted, an item and a rule.
    private func life() async throws -> [EventStream.Event] {
        let stream = try await EventStream.open(server.client)
        let made = try server.id(await server.addAndFinish(.photo()))
        let pause: JSONValue = ["kind": "generate-variants"]
        #expect(try await server.client.post("/api/jobs/pause", pause).status == 204)
        let paused = try server.id(await server.add(.photo()))
        let job = try await server.json("/api/jobs?imageId=\(paused)&kind=generate-variants")["jobs"]?.array?.first
        let id = try #require(job?["jobId"]?.string)
        #expect(try await server.client.call("POST", "/api/jobs/\(id)/cancel").status == 200)
        #expect(try await server.client.post("/api/jobs/resume", pause).status == 204)
        #expect(try await server.client.post("/api/items", ["name": "a coin"]).status == 201)
        #expect(try await server.client.post("/api/pattern-rules", ["keywords": "coin"]).status == 201)
        #expect(try await server.client.call("DELETE", "/api/images/\(made)").status == 204)
        _ = try await stream.first { $0.type == "image-deleted" && $0.imageID == made }
        let seen = Set(stream.all.map(\.type))
        #expect(seen.isSuperset(of: LibraryParts.all.eventTypes.filter { $0 != .jobProgress }.map(\.rawValue)))
        return stream.all
    }

    @Test("docs/operating.md is every exit code, and the help names the same ones")
    func exitCodes() throws {
        let rows = try Repository.section("## Exit codes", of: "docs/operating.md").tableRows
        let codes = ExitCode.allCases.map { ["\($0.rawValue)", $0.name] }
        #expect(rows.map { Array($0.prefix(2)) } == codes)
        for code in codes { #expect(Help.overview.contains("\(code[0]) \(code[1])")) }
    }
}

private struct Metric: Hashable, Comparable {
    let name: String
    let type: String
    let help: String

    static func < (a: Metric, b: Metric) -> Bool { a.name < b.name }

    static func all(in lines: [Substring]) -> [Metric] {
        var help: [Substring: Substring] = [:]
        return lines.compactMap { line in
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP ") { help[words[2]] = words[3] }
            guard line.hasPrefix("# TYPE ") else { return nil }
            return Metric(name: String(words[2]), type: String(words[3]), help: String(help[words[2]] ?? ""))
        }
    }
}

extension JSONValue {
    /// With line breaks, so that a change shows where it is.
    fileprivate func indented(_ margin: String = "") -> String {
        let inner = margin + "  "
        switch self {
        case .array(let items) where !items.isEmpty:
            return Self.lines(items.map { inner + $0.indented(inner) }, "[", "]", margin)
        case .object(let members) where !members.isEmpty:
            let lines = members.map { "\(inner)\(JSONValue.string($0.name).text): \($0.value.indented(inner))" }
            return Self.lines(lines, "{", "}", margin)
        default: return text
        }
    }

    private static func lines(_ lines: [String], _ open: String, _ close: String, _ margin: String) -> String {
        "\(open)\n\(lines.joined(separator: ",\n"))\n\(margin)\(close)"
    }
}
