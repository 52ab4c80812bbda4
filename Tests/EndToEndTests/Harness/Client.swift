import AgBase
import AgTesting
import Testing

/// Asks the server, each time on a connection of its own.
struct Client: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8], type: String)
        case json(JSONValue)
        case form(Form)
        /// Sent with chunked coding, a chunk per element.
        case chunks([[UInt8]], type: String)
    }

    let port: UInt16
    /// Sent as a bearer token, unless `nil`.
    var token: String?

    func call(
        _ method: String, _ target: String, headers: KeyValuePairs<String, String> = [:], _ body: Body = .none,
        within limit: Duration = .seconds(60)
    ) async throws -> Answer {
        let bytes = request(method, target, headers: headers, body)
        let port = port
        // In one go, so that no connection stands open without a request while the threads of the tests are busy.
        let answer = try await Harness.threads.run {
            let deadline = Deadline.within(limit)
            let socket = try Socket(port: port)
            try socket.send(bytes, by: deadline)
            var reader = AnswerReader(bytes: []) { try socket.receive(by: deadline) }
            return try reader.read(isHead: method == "HEAD")
        }
        expectContract(
            ContractCheck.faults(
                method, target, status: answer.status, mediaType: answer["content-type"], answer.body))
        return answer
    }

    func get(_ target: String, headers: KeyValuePairs<String, String> = [:]) async throws -> Answer {
        try await call("GET", target, headers: headers)
    }

    func post(_ target: String, _ body: JSONValue) async throws -> Answer {
        try await call("POST", target, .json(body))
    }

    /// The bytes of a whole request.
    func request(
        _ method: String, _ target: String, headers: KeyValuePairs<String, String> = [:], _ body: Body = .none
    ) -> [UInt8] {
        var lines = head(method, target, headers)
        let content: [UInt8]
        switch body {
        case .none:
            content = []
            if method == "POST" || method == "PUT" { lines.append("Content-Length: 0") }
        case .bytes(let bytes, let type): content = Self.plain(bytes, type, &lines)
        case .json(let value): content = Self.plain(Array(value.text.utf8), "application/json", &lines)
        case .form(let form): content = Self.plain(form.bytes, form.mediaType, &lines)
        case .chunks(let chunks, let type):
            lines += ["Content-Type: \(type)", "Transfer-Encoding: chunked"]
            content = Self.chunked(chunks)
        }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + content
    }

    private func head(_ method: String, _ target: String, _ headers: KeyValuePairs<String, String>) -> [String] {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        return lines + headers.map { "\($0): \($1)" }
    }

    private static func plain(_ bytes: [UInt8], _ type: String, _ lines: inout [String]) -> [UInt8] {
        lines += ["Content-Type: \(type)", "Content-Length: \(bytes.count)"]
        return bytes
    }

    private static func chunked(_ chunks: [[UInt8]]) -> [UInt8] {
        chunks.flatMap { Array("\(String($0.count, radix: 16))\r\n".utf8) + $0 + Array("\r\n".utf8) }
            + Array("0\r\n\r\n".utf8)
    }
}

/// Every JSON answer and every event that a test gets is one of the contract.
func expectContract(_ faults: [String]) {
    for fault in faults { Issue.record("The contract does not know this: \(fault)") }
}
