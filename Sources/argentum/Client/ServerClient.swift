import AgBase
import AgHTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The server's HTTP interface, for the commands. Every call blocks on a thread of its own pool.
struct ServerClient: Sendable {
    let address: ServerAddress
    let token: String?
    /// Whether the token may be sent to this machine only.
    let isLocal: Bool
    private let pool: BlockingPool

    /// - Parameter connections: how many calls may be under way at once.
    init(_ address: ServerAddress, token: String?, isLocal: Bool, connections: Int = 8) {
        self.address = address
        self.token = token
        self.isLocal = isLocal
        pool = BlockingPool(threads: connections, name: "client")
    }

    /// An answer that fits into memory.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        func json() throws -> JSONValue {
            do {
                return try JSONValue(json: body)
            } catch {
                throw Failure(.error, "The server's answer is not JSON. Is it Argentum at that address?")
            }
        }
    }

    /// The answer, whatever its status.
    func ask(
        _ method: String, _ path: String, json: JSONValue? = nil,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> Answer {
        var request = ClientRequest(method: method, path: path)
        if let json {
            request.headers.add("Content-Type", "application/json")
            request.body = .bytes(Array(json.text.utf8))
        }
        return try await send(request, progress: progress)
    }

    /// The answer's JSON. Throws `Failure` for every status that is no success.
    @discardableResult
    func call(_ method: String, _ path: String, json: JSONValue? = nil) async throws -> JSONValue {
        let answer = try await ask(method, path, json: json)
        guard 200..<300 ~= answer.status else { throw Failure(problem: answer) }
        return answer.body.isEmpty ? .null : try answer.json()
    }

    func send(
        _ request: ClientRequest, progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> Answer {
        let request = authorized(request)
        return try await connected { [address, isLocal] in
            let socket = try ClientSocket(address, isLocal: isLocal, timeout: .seconds(120))
            let exchange = try ClientExchange(request, to: address, on: socket, progress: progress)
            var body: [UInt8] = []
            try exchange.readBody { piece in
                body += piece
                guard body.count <= 64 << 20 else { throw Failure(.error, "The answer is larger than 64 MB.") }
                return true
            }
            return Answer(status: exchange.status, headers: exchange.headers, body: body)
        }
    }

    /// Hands a large answer over in pieces. Throws `NotYet` for 202 and `Failure` for every other status but 200.
    func download(_ path: String, _ take: @escaping @Sendable (ArraySlice<UInt8>) throws -> Void) async throws {
        let request = authorized(ClientRequest(method: "GET", path: path))
        try await connected { [address, isLocal] in
            let exchange = try ClientExchange(
                request, to: address, on: try ClientSocket(address, isLocal: isLocal, timeout: .seconds(120)))
            guard exchange.status == 200 else {
                var body: [UInt8] = []
                try exchange.readBody { piece in
                    body += piece
                    return body.count < 1 << 20
                }
                let failure = Failure(
                    problem: Answer(status: exchange.status, headers: exchange.headers, body: body))
                if exchange.status == 202 { throw NotYet(failure: failure) }
                throw failure
            }
            try exchange.readBody { piece in
                do {
                    try take(piece)
                } catch let error as SystemError {
                    throw Failure(.error, "The file cannot be written: \(String(cString: strerror(error.errno))).")
                }
                return true
            }
        }
    }

    /// Follows the event stream until it breaks off. The first element says that it is open.
    ///
    /// What is not taken in time ends the stream: memory stays small, and the caller looks at everything anew.
    func events(_ path: String) -> AsyncThrowingStream<StreamedEvent, any Error> {
        let request = authorized(ClientRequest(method: "GET", path: path))
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(4_096)) { continuation in
            let task = Task { [self] in
                do {
                    try await connected { [self] in try follow(request, continuation) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Silence for three heartbeats means that the connection is dead.
    private func follow(
        _ request: ClientRequest, _ continuation: AsyncThrowingStream<StreamedEvent, any Error>.Continuation
    ) throws {
        let socket = try ClientSocket(address, isLocal: isLocal, timeout: .seconds(45))
        let exchange = try ClientExchange(request, to: address, on: socket)
        guard exchange.status == 200 else {
            let answer = Answer(status: exchange.status, headers: exchange.headers, body: [])
            if let away = ServerAway(passing: answer) { throw away }
            throw Failure(problem: answer)
        }
        let stop = socket.stop
        continuation.onTermination = { _ in stop() }
        continuation.yield(.opened)
        var parser = EventStreamParser()
        try exchange.readBody { piece in
            for event in try parser.feed(piece) {
                if case .dropped = continuation.yield(event) {
                    throw ServerAway("More events came than could be taken.")
                }
            }
            return true
        }
    }

    /// Runs on a thread that may block. A call on the connection that fails means that the server is away.
    private func connected<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await pool.run(body)
        } catch let error as SystemError {
            throw ServerAway(error)
        }
    }

    private func authorized(_ request: ClientRequest) -> ClientRequest {
        var request = request
        if let token { request.headers.set("Authorization", "Bearer \(token)") }
        request.headers.set("User-Agent", "argentum-cli")
        return request
    }
}
