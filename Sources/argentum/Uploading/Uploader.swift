import AgBase
import AgContract
import AgRemotes
import Glibc
import Synchronization

/// Sends the files of a plan, a few at a time.
struct Uploader: Sendable {
    /// What came of one file.
    enum Outcome: Sendable {
        case taken(API.UploadedImage)
        case refused(code: String, reason: String)
        case notSent(code: String, reason: String)
    }

    let client: ServerClient
    let session: String?
    let atOnce: Int
    let bar: ProgressBar
    /// Shared by all files: what one of them learns of the server holds for the others.
    let absence: Absence

    /// `each` is told of every file as it is done, in whatever order that is.
    func send(_ items: [UploadPlan.Item], each: @escaping @Sendable (UploadPlan.Item, Outcome) -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            var rest = items.makeIterator()
            for _ in 0..<atOnce {
                if let item = rest.next() { group.addTask { each(item, await send(item)) } }
            }
            while await group.next() != nil {
                if let item = rest.next() { group.addTask { each(item, await send(item)) } }
            }
        }
    }

    private func send(_ item: UploadPlan.Item) async -> Outcome {
        let sent = Mutex<Int64>(0)
        defer {
            // Whatever became of it, this file is behind us.
            bar.add(bytes: item.byteCount - sent.withLock { $0 })
            bar.addFile()
        }
        do {
            return try await sendUntilAnswered(item) { [bar] count in
                let step = sent.withLock { sent in
                    defer { sent = count }
                    return count - sent
                }
                bar.add(bytes: step)
            }
        } catch let error as SystemError {
            return .notSent(code: "unreadable", reason: "\(String(cString: strerror(error.errno))).")
        } catch {
            return .notSent(code: "not-sent", reason: "\(error)")
        }
    }

    /// A server that restarts meanwhile gets the file again from its start: bytes that it knows already are found by their
    /// hash, so nothing is stored twice. Throws when it stays away for too long.
    private func sendUntilAnswered(
        _ item: UploadPlan.Item, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> Outcome {
        var attempt = 0
        while true {
            guard !absence.isOver else { throw ServerAway("The server stayed away.") }
            do {
                let answer = try await client.send(try request(item, progress))
                if let away = ServerAway(answer) { throw away }
                absence.end()
                return try outcome(answer)
            } catch let away as ServerAway {
                try await absence.pause(after: away, attempt: attempt)
                attempt += 1
            }
        }
    }

    private func outcome(_ answer: ServerClient.Answer) throws -> Outcome {
        if answer.status < 300, let image = try answer.decode(API.UploadAnswer.self).images.first {
            return .taken(image)
        }
        let problem = answer.problem
        let refusal = problem.errors?.first
        let code = refusal?.code ?? problem.code ?? "failed"
        let reason = refusal?.detail ?? problem.detail ?? "The server answered \(answer.status)."
        // Beyond 500 nothing is wrong with the file.
        return answer.status >= 500 ? .notSent(code: code, reason: reason) : .refused(code: code, reason: reason)
    }

    /// Bytes that the server knows already are found by their hash, so that the form may arrive twice.
    private func request(
        _ item: UploadPlan.Item, _ progress: @escaping @Sendable (Int64) -> Void
    ) throws -> RemoteRequest {
        let file = try item.path.open()
        let boundary = "argentum-\(UUIDv7.shared.next())"
        let head = """
            --\(boundary)\r
            Content-Disposition: form-data; name="images"; \(FormFileName.parameters(item.path.name))\r
            Content-Type: application/octet-stream\r
            \r

            """
        var request = try client.request("POST", "/api/images/upload")
        request.isIdempotent = true
        request.headers.add("Content-Type", "multipart/form-data; boundary=\(boundary)")
        if let session { request.headers.add("X-Session-Id", session) }
        request.body = client.formBody(
            head: Array(head.utf8), file: file, length: try file.length(), tail: Array("\r\n--\(boundary)--\r\n".utf8),
            progress: progress)
        return request
    }
}
