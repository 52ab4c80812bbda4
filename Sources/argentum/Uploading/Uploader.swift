import AgBase
import AgHTTP
import Synchronization

/// Sends the files of a plan, a few at a time.
struct Uploader: Sendable {
    /// What came of one file.
    enum Outcome: Sendable {
        case taken(JSONValue)
        case refused(code: String, reason: String)
    }

    let client: ServerClient
    let session: String?
    let atOnce: Int
    let bar: ProgressBar

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
            let answer = try await client.send(try request(item)) { [bar] count in
                let step = sent.withLock { sent in
                    defer { sent = count }
                    return count - sent
                }
                bar.add(bytes: step)
            }
            return try outcome(answer)
        } catch {
            return .refused(code: "failed", reason: "\(error)")
        }
    }

    private func outcome(_ answer: ServerClient.Answer) throws -> Outcome {
        let body = try answer.json()
        if let image = body["images"]?.array?.first { return .taken(image) }
        let refusal = body["errors"]?.array?.first
        return .refused(
            code: refusal?["code"]?.string ?? body["code"]?.string ?? "failed",
            reason: refusal?["detail"]?.string ?? body["detail"]?.string ?? "The server answered \(answer.status).")
    }

    private func request(_ item: UploadPlan.Item) throws -> ClientRequest {
        let file = try item.path.open()
        let boundary = "argentum-\(UUIDv7.shared.next())"
        let head = """
            --\(boundary)\r
            Content-Disposition: form-data; name="images"; filename="\(Self.quoted(item.path.name))"\r
            Content-Type: application/octet-stream\r
            \r

            """
        var request = ClientRequest(method: "POST", path: "/api/images/upload")
        request.headers.add("Content-Type", "multipart/form-data; boundary=\(boundary)")
        if let session { request.headers.add("X-Session-Id", session) }
        request.body = .form(
            head: Array(head.utf8), file: file, length: try file.length(), tail: Array("\r\n--\(boundary)--\r\n".utf8))
        return request
    }

    /// As browsers do it: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
    private static func quoted(_ name: String) -> String {
        name.unicodeScalars.reduce(into: "") { out, scalar in
            switch scalar {
            case "\"": out += "%22"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}
