import AgBase

/// Waits until pictures are ready or have failed, by the event stream and not by asking again and again.
struct Waiting: Sendable {
    let client: ServerClient

    /// Tells of each picture as it comes to its end. Throws `Failure` when the server stays away.
    func wait(for ids: Set<String>, each: (_ id: String, _ status: JSONValue) -> Void) async throws {
        var left = ids
        var misses = 0
        while !left.isEmpty {
            do {
                try await follow(&left, each)
                misses = 0
            } catch {
                // The server may be restarting: everything is asked again once it is back.
                misses += 1
                guard misses < 5 else { throw error }
                try await Task.sleep(for: .seconds(misses))
            }
        }
    }

    /// One connection: first the stream, then the state of all, so that nothing falls between the two.
    private func follow(_ left: inout Set<String>, _ each: (String, JSONValue) -> Void) async throws {
        let types = "job-completed,job-failed,image-updated,image-deleted"
        for try await message in client.events("/api/events?types=\(types)") {
            switch message {
            case .opened: try await ask(left, &left, each)
            case .event("resync", _, _): try await ask(left, &left, each)
            case .event(_, let data, _):
                if let id = left.first(where: { data.contains($0) }) { try await ask([id], &left, each) }
            }
            if left.isEmpty { return }
        }
    }

    private func ask(_ ids: Set<String>, _ left: inout Set<String>, _ each: (String, JSONValue) -> Void) async throws {
        for id in ids.sorted() {
            let answer = try await client.ask("GET", "/api/images/\(escaped(id))/status")
            let status: JSONValue =
                answer.status == 404 ? ["imageId": .string(id), "status": "deleted"] : try answer.json()
            guard answer.status == 200 || answer.status == 404 else { throw Failure(problem: answer) }
            guard !["pending", "processing"].contains(status["status"]?.string) else { continue }
            left.remove(id)
            each(id, status)
        }
    }
}
