import AgContract
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
        for images: Set<API.Image.ID>, each: @escaping (API.Image.ID, ImageEnding) -> Void
    ) async throws -> Set<API.Image.ID> {
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
            case .event(let type, let data, _): left.take(API.EventType(rawValue: type), data)
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
            let page = try await ask("/api/images" + queryText(items), as: API.ImagePage.self)
            // The list does not say why a picture failed.
            for image in page.images where image.status != .failed && open.contains(image.imageId) {
                open.remove(image.imageId)
                left.take(image.imageId, ImageEnding(image.status))
            }
            cursor = page.next
            pages -= 1
        } while cursor != nil && pages > 0 && !open.isEmpty
        for id in open.sorted(by: { $0.rawValue < $1.rawValue }) { left.take(id, try await ending(of: id)) }
    }

    private static let pageSize = 200

    private func ending(of id: API.Image.ID) async throws -> ImageEnding? {
        let answer = try await client.ask("GET", "/api/images/\(escaped(id.rawValue))/status")
        if answer.status == 404 { return .deleted }
        let progress = try checked(answer, as: API.ImageProgress.self)
        return ImageEnding(progress.status, progress.error)
    }

    private func isPaused(_ left: Remainder) async throws -> Bool {
        guard !left.isEmpty else { return false }
        let kinds = try await ask("/api/jobs/status", as: API.JobStatus.self).kinds
        guard let kind = kinds.first(where: { $0.kind == .generateVariants }) else { return false }
        // Jobs that were begun before the pause still end.
        return kind.isPaused && kind.counts.active == 0
    }

    private func ask<Value: APIValue>(_ path: String, as type: Value.Type) async throws -> Value {
        try checked(try await client.ask("GET", path), as: type)
    }

    /// A server that is just starting or stopping says so with 503; another refusal will not change by waiting.
    private func checked<Value: APIValue>(_ answer: ServerClient.Answer, as type: Value.Type) throws -> Value {
        if answer.status == 200 { return try answer.decode(type) }
        if let away = ServerAway(passing: answer) { throw away }
        throw Failure(problem: answer)
    }
}
