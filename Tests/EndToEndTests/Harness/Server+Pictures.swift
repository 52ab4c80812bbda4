import AgBase
import AgTesting
import Testing

/// What nearly every test does with a server.
extension Server {
    /// The shared one of the suite.
    static var ofSuite: Server {
        get throws {
            guard let shared else { throw HarnessFailure("The suite has no .server trait.") }
            return shared
        }
    }

    /// Uploads pictures as one form.
    func upload(_ pictures: Picture..., fields: [(String, String)] = []) async throws -> Answer {
        try await upload(pictures.map { ($0.name, $0.bytes) }, fields: fields)
    }

    func upload(_ files: [(name: String, bytes: [UInt8])], fields: [(String, String)] = []) async throws -> Answer {
        try await client.call("POST", "/api/images/upload", .form(.of(files, fields: fields)))
    }

    /// Uploads one picture and returns what the answer says of it.
    func add(_ picture: Picture, fields: [(String, String)] = []) async throws -> JSONValue {
        let answer = try await upload(picture, fields: fields)
        guard answer.status == 201 || answer.status == 200, let image = try answer.json["images"]?.array?.first else {
            throw HarnessFailure("The upload was refused: \(answer)\n\(lastWords)")
        }
        return image
    }

    /// Uploads one picture, waits until all is made of it, and returns its details.
    func addAndFinish(_ picture: Picture, fields: [(String, String)] = []) async throws -> JSONValue {
        let id = try id(await add(picture, fields: fields))
        return try await finish(id)
    }

    /// Waits until the two jobs of an image have ended and returns its details. Fails unless it is completed.
    @discardableResult
    func finish(_ id: String, after sequence: Int64 = 0) async throws -> JSONValue {
        let stream = try await EventStream.open(
            try client, "types=job-completed,job-failed&imageId=\(id)&after=\(sequence)")
        _ = try await stream.when(within: .seconds(90)) { events in
            let names = Set(events.compactMap { $0.json["jobName"]?.string })
            return names.isSuperset(of: ["generate-variants", "generate-metadata"]) ? true : nil
        }
        stream.close()
        let details = try await json("/api/images/\(id)")
        guard details["status"]?.string == "completed" else {
            throw HarnessFailure(
                "Image \(id) did not complete: \(try await json("/api/images/\(id)/status").text)\n\(lastWords)")
        }
        return details
    }

    /// The JSON that a GET answers with; fails unless that is 200.
    func json(_ target: String) async throws -> JSONValue {
        let answer = try await client.get(target)
        guard answer.status == 200 else { throw HarnessFailure("GET \(target): \(answer)\n\(lastWords)") }
        return try answer.json
    }

    func id(_ image: JSONValue) throws -> String {
        guard let id = image["imageId"]?.string else { throw HarnessFailure("No imageId in \(image.text)") }
        return id
    }
}

/// What stands in the library: for tests that must leave nothing behind.
struct Traces: Equatable, CustomStringConvertible {
    var images: Int64
    /// In whatever state.
    var jobs: Int64
    /// Pictures and temporary files on the disk.
    var files: [String]

    init(_ server: Server) async throws {
        images = try await server.json("/api/images?limit=1&count=exact")["total"]?.int ?? -1
        let kinds = try await server.json("/api/jobs/status")["kinds"]?.array ?? []
        jobs = kinds.flatMap { $0["counts"]?.members ?? [] }.reduce(0) { $0 + ($1.value.int ?? 0) }
        files = server.pictureFiles
    }

    var description: String { "\(images) images, \(jobs) jobs, files \(files)" }
}

extension Server {
    /// Everything below the data directory that is not the database or the server's own notes.
    var pictureFiles: [String] {
        folder.files(below: "data").filter { path in
            ["images/", "tmp/", "quarantine/"].contains { path.contains("/\($0)") }
        }
    }

    /// The files that hold a picture's very bytes.
    func originals(of picture: Picture) -> [String] {
        pictureFiles.filter { readBytes("\(folder.path)/\($0)") == picture.bytes }
    }

    /// Looks again and again until `isSo`; for what is promised within a time and announces itself nowhere.
    func eventually(within limit: Duration, _ isSo: () async throws -> Bool) async throws -> Bool {
        let deadline = Deadline.within(limit)
        while !deadline.hasPassed {
            if try await isSo() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await isSo()
    }
}

/// Expects a problem document of this status and code, complete and never cached.
@discardableResult
func expectProblem(
    _ answer: Answer, _ status: Int, _ code: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> JSONValue {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
    #expect(answer["cache-control"] == "no-store", sourceLocation: sourceLocation)
    let problem = try answer.json
    #expect(problem["code"]?.string == code, "\(answer)", sourceLocation: sourceLocation)
    #expect(problem["status"]?.int == Int64(status), sourceLocation: sourceLocation)
    #expect(
        problem["type"]?.string != nil && problem["title"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
    #expect(problem["detail"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
    #expect(problem["requestId"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
    #expect(problem["retryable"]?.bool != nil, sourceLocation: sourceLocation)
    return problem
}
