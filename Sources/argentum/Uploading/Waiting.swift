import AgBase
import AgJobs
import AgLibrary
import AgRemotes

/// Waits until pictures are ready or have failed, by the event stream and not by asking again and again.
struct Waiting: Sendable {
    let client: ServerClient
    let absence: Absence

    init(client: ServerClient, absence: Absence = Absence()) {
        self.client = client
        self.absence = absence
    }

    /// Tells of each picture as it comes to its end. Returns those that nobody will come to while jobs are paused.
    ///
    /// Throws `Failure` when the server stays away or refuses.
    func wait(
        for images: [JSONValue], each: @escaping (_ id: String, _ ending: ImageEnding) -> Void
    ) async throws -> Set<String> {
        var left = Remainder(images, each)
        var attempt = 0
        while !left.isEmpty {
            do {
                if try await follow(&left, &attempt) == .paused { return left.ids }
            } catch let away as ServerAway {
                // The server may be restarting: everything is looked at again once it is back.
                try await absence.pause(after: away, attempt: attempt)
                attempt += 1
            }
        }
        return []
    }

    private enum Outcome {
        case brokeOff
        case paused
    }

    /// One connection: first the stream, then the state of all, so that nothing falls between the two.
    private func follow(_ left: inout Remainder, _ attempt: inout Int) async throws -> Outcome {
        for try await message in try client.events("/api/events?types=job-completed,job-failed,image-deleted") {
            switch message {
            case .opened, .event("resync", _, _):
                absence.end()
                attempt = 0
                try await look(&left)
                if try await isPaused(left) { return .paused }
            // The server's heartbeat: nothing has happened for a while, so it is time to ask why.
            case .beat: if try await isPaused(left) { return .paused }
            case .event(let type, let data, _): left.take(type, data)
            }
            if left.isEmpty { return .brokeOff }
        }
        throw ServerAway("The server ended the event stream.")
    }

    /// Looks through the newest pictures, page by page: what was just uploaded stands there. What is not found within
    /// a few pages is older or gone, and asked for by itself.
    private func look(_ left: inout Remainder) async throws {
        var open = left.ids
        var pages = open.count / Self.pageSize + 3
        var cursor: String?
        repeat {
            let items = [("limit", "\(Self.pageSize)")] + (cursor.map { [("cursor", $0)] } ?? [])
            let page = try await ask("/api/images" + queryText(items))
            for image in page["images"]?.array ?? [] {
                guard let id = image["imageId"]?.string, open.remove(id) != nil else { continue }
                // The list does not say why a picture failed.
                if image["status"]?.string == "failed" {
                    open.insert(id)
                } else {
                    left.take(id, ImageEnding(told: image))
                }
            }
            cursor = page["next"]?.string
            pages -= 1
        } while cursor != nil && pages > 0 && !open.isEmpty
        for id in open.sorted() { left.take(id, try await ending(of: id)) }
    }

    private static let pageSize = 200

    private func ending(of id: String) async throws -> ImageEnding? {
        let answer = try await client.ask("GET", "/api/images/\(escaped(id))/status")
        if answer.status == 404 { return .deleted }
        return ImageEnding(told: try checked(answer))
    }

    private func isPaused(_ left: Remainder) async throws -> Bool {
        guard !left.isEmpty else { return false }
        let kinds = try await ask("/api/jobs/status")["kinds"]?.array ?? []
        let kind = kinds.first { $0["kind"]?.string == JobKind.generateVariants.rawValue }
        // Jobs that were begun before the pause still end.
        return kind?["isPaused"]?.bool == true && kind?["counts"]?["active"]?.int == 0
    }

    private func ask(_ path: String) async throws -> JSONValue {
        try checked(try await client.ask("GET", path))
    }

    /// A server that is just starting or stopping says so with 503; another refusal will not change by waiting.
    private func checked(_ answer: ServerClient.Answer) throws -> JSONValue {
        if answer.status == 200 { return try answer.json() }
        if let away = ServerAway(passing: answer) { throw away }
        throw Failure(problem: answer)
    }
}
