import AgBase
import AgHTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the client sends.
struct ClientRequest: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// A file between a form's lines.
        case form(head: [UInt8], file: OpenFile, length: Int64, tail: [UInt8])
    }

    var method: String
    /// With the query, without the server's prefix.
    var path: String
    var headers: HTTPHeaders = [:]
    var body = Body.none

    var length: Int64 {
        switch body {
        case .none: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .form(let head, _, let length, let tail): Int64(head.count) + length + Int64(tail.count)
        }
    }
}

/// One request on a connection of its own: HTTP/1.1 with `Connection: close` (RFC 9112).
struct ClientExchange {
    private let socket: ClientSocket
    let status: Int
    let headers: HTTPHeaders

    /// Sends the request and reads the head of the answer. `progress` is told how many bytes of the body are sent.
    init(
        _ request: ClientRequest, to address: ServerAddress, on socket: ClientSocket,
        progress: (Int64) -> Void = { _ in }
    ) throws {
        self.socket = socket
        do {
            try socket.send(Self.head(request, address).utf8)
            try Self.send(request.body, socket, progress)
        } catch let error as SystemError where error.errno == EPIPE || error.errno == ECONNRESET {
            // The server answers before it hangs up; its answer says why.
        }
        (status, headers) = try Self.readHead(socket)
    }

    private static func head(_ request: ClientRequest, _ address: ServerAddress) -> String {
        var text = "\(request.method) \(address.prefix)\(request.path) HTTP/1.1\r\nHost: \(address.authority)\r\n"
        for field in request.headers.fields { text += "\(field.name): \(field.value)\r\n" }
        if request.length > 0 || request.method != "GET" { text += "Content-Length: \(request.length)\r\n" }
        return text + "Connection: close\r\n\r\n"
    }

    private static func send(_ body: ClientRequest.Body, _ socket: ClientSocket, _ progress: (Int64) -> Void) throws {
        switch body {
        case .none: break
        case .bytes(let bytes): try socket.send(bytes)
        case .form(let head, let file, let length, let tail):
            try socket.send(head)
            var offset: Int64 = 0
            while offset < length {
                let piece = try read(file, at: offset, Int(min(256 << 10, length - offset)))
                guard !piece.isEmpty else { throw Failure(.error, "The file became shorter while it was sent.") }
                try socket.send(piece)
                offset += Int64(piece.count)
                progress(offset)
            }
            try socket.send(tail)
        }
    }

    /// Our own disk's fault must not look like the connection's.
    private static func read(_ file: OpenFile, at offset: Int64, _ count: Int) throws -> [UInt8] {
        do {
            return try file.read(at: offset, count: count)
        } catch {
            throw Failure(.error, "The file cannot be read: \(String(cString: strerror(error.errno))).")
        }
    }

    private static func readHead(_ socket: ClientSocket) throws -> (Int, HTTPHeaders) {
        while true {
            let line = try socket.line() ?? ""
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
                throw ServerAway("The server ended the connection without an answer.")
            }
            var headers = HTTPHeaders()
            while let line = try socket.line(), !line.isEmpty {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, HTTPToken.isToken(parts[0]) else { continue }
                headers.add(String(parts[0]), String(HTTPToken.trimmed(parts[1])))
            }
            // 100 and its like announce the real answer.
            if status >= 200 { return (status, headers) }
        }
    }

    /// Hands over the body piece by piece, until its end or until `take` returns false.
    func readBody(_ take: (ArraySlice<UInt8>) throws -> Bool) throws {
        if headers["transfer-encoding"]?.lowercased().contains("chunked") ?? false {
            try readChunks(take)
        } else {
            try readPlain(headers["content-length"].flatMap(Int64.init), take)
        }
    }

    private func readPlain(_ length: Int64?, _ take: (ArraySlice<UInt8>) throws -> Bool) throws {
        var left = length ?? .max
        while left > 0 {
            let piece = try socket.read(upTo: Int(min(left, 256 << 10)))
            if piece.isEmpty {
                guard length == nil else { throw ServerAway("The answer ended \(left) bytes too early.") }
                return
            }
            left -= Int64(piece.count)
            guard try take(piece) else { return }
        }
    }

    private func readChunks(_ take: (ArraySlice<UInt8>) throws -> Bool) throws {
        while let line = try socket.line() {
            guard let size = Int(line.prefix { $0 != ";" && $0 != " " }, radix: 16), size >= 0 else {
                throw Failure(.error, "The server sent a chunk without a size.")
            }
            if size == 0 { return }
            var left = size
            while left > 0 {
                let piece = try socket.read(upTo: left)
                guard !piece.isEmpty else { throw ServerAway("The answer ended in the middle of a chunk.") }
                left -= piece.count
                guard try take(piece) else { return }
            }
            _ = try socket.line()
        }
        throw ServerAway("The answer ended too early.")
    }
}
