import AgBase
import AgContract
import AgRemotes
import Glibc

/// The server's HTTP interface, for the commands.
struct ServerClient: Sendable {
    typealias Answer = RemoteAnswer

    let address: ServerAddress
    let token: String?
    private let remote: RemoteClient
    /// Files may block, standard output among them.
    private let files = BlockingPool(threads: 4, name: "files")

    /// - Parameters:
    ///   - isLocal: whether the token may be sent to this machine only. What is connected to is judged, and no proxy is used.
    ///   - authorities: a PEM file of certificate authorities to trust instead of the system's.
    ///   - connections: how many calls may be under way at once.
    init(
        _ address: ServerAddress, token: String?, isLocal: Bool, authorities: String? = nil, connections: Int = 8
    ) throws {
        self.address = address
        self.token = token
        var settings = RemoteSettings(
            userAgent: "argentum-cli", rules: isLocal ? Self.thisMachine : nil, retries: .never)
        settings.authorities = authorities
        settings.connectionsPerHost = connections
        remote = try RemoteClient(settings)
    }

    private static let thisMachine = AddressRules(refusal: "not this machine") { address in
        address.isLoopback || address.isOfInterface
    }

    /// The answer, whatever its status.
    func ask(_ method: String, _ path: String, _ body: (any APIRequest)? = nil) async throws -> Answer {
        var request = try request(method, path)
        if let body {
            request.headers["Content-Type"] = "application/json"
            request.body = .bytes(Array(try JSONText.of(body).utf8))
        }
        return try await send(request)
    }

    /// The answer as a value, and as it was written. Throws `Failure` for every status that is no success.
    func call<Value: APIValue>(
        _ method: String, _ path: String, _ body: (any APIRequest)? = nil, as type: Value.Type
    ) async throws -> (value: Value, json: JSONValue) {
        let answer = try await succeed(method, path, body)
        return (try answer.decode(type), try answer.json())
    }

    /// A call that is answered without a body. Throws `Failure` for every status that is no success.
    func call(_ method: String, _ path: String, _ body: (any APIRequest)? = nil) async throws {
        _ = try await succeed(method, path, body)
    }

    private func succeed(_ method: String, _ path: String, _ body: (any APIRequest)?) async throws -> Answer {
        let answer = try await ask(method, path, body)
        guard 200..<300 ~= answer.status else { throw Failure(problem: answer) }
        return answer
    }

    /// A request with the token. Silence for two minutes means that the server is gone.
    func request(_ method: String, _ path: String) throws -> RemoteRequest {
        var request = RemoteRequest(method, try RemoteURL(address.url + path))
        if let token { request.headers["Authorization"] = "Bearer \(token)" }
        request.limits.connect = .seconds(30)
        request.limits.idle = .seconds(120)
        return request
    }

    /// Throws `ServerAway` when the server cannot be reached now, `Failure` when asking again is of no use, and what the
    /// body of the request throws.
    func send(_ request: RemoteRequest) async throws -> Answer {
        try await translating { try await remote.fetch(request, atMost: 64 << 20) }
    }

    /// Hands a large answer over in pieces, on a thread that may block. Throws `NotYet` for 202 and `Failure` for every
    /// other status but 200.
    func download(_ path: String, _ take: @escaping @Sendable (ArraySlice<UInt8>) throws -> Void) async throws {
        let request = try request("GET", path)
        try await translating {
            let response = try await remote.send(request)
            guard response.status == 200 else {
                let failure = Failure(problem: try await response.start(atMost: 1 << 20))
                throw response.status == 202 ? NotYet(failure: failure) : failure
            }
            for try await piece in response.body {
                try await files.run { try Self.write(piece[...], take) }
            }
        }
    }

    private static func write(_ piece: ArraySlice<UInt8>, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
        do {
            try take(piece)
        } catch let error as SystemError {
            throw Failure(.error, "The file cannot be written: \(String(cString: strerror(error.errno))).")
        }
    }

    /// Follows the event stream until it breaks off. The first element says that it is open.
    ///
    /// Silence for three heartbeats means that the connection is dead.
    func events(_ path: String) throws -> ServerEvents {
        var request = try request("GET", path)
        request.limits.idle = .seconds(45)
        return ServerEvents(client: self, source: EventSource(remote, request, reconnection: nil))
    }

    /// A file between a form's lines. `progress` is called with how many bytes of the file are sent.
    func formBody(
        head: [UInt8], file: OpenFile, length: Int64, tail: [UInt8], progress: @escaping @Sendable (Int64) -> Void
    ) -> RequestBody {
        .stream(
            .init(length: Int64(head.count) + length + Int64(tail.count), isRepeatable: true) { [files] in
                FormPieces(head: head, file: file, length: length, tail: tail, files: files, progress: progress)
            })
    }

    fileprivate func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as RemoteError {
            throw translated(error)
        }
    }

    private func translated(_ error: RemoteError) -> any Error {
        switch error.kind {
        case .forbiddenAddress: Failure.isElsewhere(address)
        case .noConnection, .connectTimeout: ServerAway(notThere: address, error)
        case .unknownHost, .tls, .idleTimeout, .timeout, .cut: ServerAway(error.message)
        case .untrusted:
            Failure(
                .error, "\(error.message) A file with the certificates of other authorities goes into --ca-file.")
        case .configuration: Failure(.usage, "\(error.message) It is the one that --ca-file names.")
        case .malformed: Failure(.error, "\(error.message) Is it Argentum at that address?")
        case .tooLarge: Failure(.error, "The answer is larger than 64 MB.")
        case .invalidURL, .redirect, .internal: Failure(.error, error.message)
        }
    }
}

/// What was asked for is still being made.
struct NotYet: Error {
    /// What the server says about it.
    let failure: Failure
}

extension RemoteAnswer {
    /// The body as it was written: a newer server says more than this program knows.
    func json() throws -> JSONValue {
        do {
            return try JSONValue(json: body)
        } catch {
            throw Failure(.error, "The server's answer is not JSON. Is it Argentum at that address?")
        }
    }

    func decode<Value: APIValue>(_ type: Value.Type) throws -> Value {
        let json = try json()
        do {
            return try json.decode(type)
        } catch let error as DecodingError {
            throw Failure(
                .error,
                "The server's answer is not what this program knows: \(error.place). Is it Argentum at that address, and of "
                    + "this version or a newer one?")
        }
    }

    /// Why a call was refused; empty when the answer does not say.
    var problem: API.Problem { (try? decode(API.Problem.self)) ?? API.Problem() }
}

extension DecodingError {
    /// `images.0.width must be a number`
    fileprivate var place: String {
        let (path, complaint) =
            switch self {
            case .keyNotFound(let key, let context): (context.codingPath + [key], context.debugDescription)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context.codingPath, context.debugDescription)
            @unknown default: ([], "it cannot be read")
            }
        let name = path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return name.isEmpty ? "it \(complaint)" : "\(name) \(complaint)"
    }
}

/// The server's event stream with our errors: `ServerAway` when it breaks off, `Failure` when the server refuses.
struct ServerEvents: AsyncSequence {
    fileprivate let client: ServerClient
    fileprivate let source: EventSource

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let client: ServerClient
        fileprivate var events: EventSource.Iterator

        mutating func next() async throws -> StreamedEvent? {
            var events = events
            defer { self.events = events }
            do {
                return try await client.translating { try await events.next() }
            } catch let refused as EventsRefused {
                if let away = ServerAway(passing: refused.answer) { throw away }
                throw argentum.Failure(problem: refused.answer)
            }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(client: client, events: source.makeAsyncIterator()) }
}

/// The bytes of a form with one file, which is read on threads that may block.
private struct FormPieces: AsyncSequence, Sendable {
    let head: [UInt8]
    let file: OpenFile
    let length: Int64
    let tail: [UInt8]
    let files: BlockingPool
    let progress: @Sendable (Int64) -> Void

    struct Iterator: AsyncIteratorProtocol {
        private enum Place { case head, file(Int64), tail, end }

        fileprivate let form: FormPieces
        private var place = Place.head

        fileprivate init(form: FormPieces) { self.form = form }

        mutating func next() async throws -> [UInt8]? {
            switch place {
            case .head:
                place = form.length == 0 ? .tail : .file(0)
                return form.head
            case .file(let offset):
                let piece = try await form.read(at: offset)
                let next = offset + Int64(piece.count)
                place = next < form.length ? .file(next) : .tail
                form.progress(next)
                return piece
            case .tail:
                place = .end
                return form.tail
            case .end: return nil
            }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(form: self) }

    /// Our own disk's fault must not look like the connection's.
    fileprivate func read(at offset: Int64) async throws -> [UInt8] {
        let piece = try await files.run { [file, length] in
            do throws(SystemError) {
                return try file.read(at: offset, count: Int(Swift.min(256 << 10, length - offset)))
            } catch {
                throw argentum.Failure(.error, "The file cannot be read: \(String(cString: strerror(error.errno))).")
            }
        }
        guard !piece.isEmpty else { throw argentum.Failure(.error, "The file became shorter while it was sent.") }
        return piece
    }
}
