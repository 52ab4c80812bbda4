import AgBase
import AgContract
import AgTesting
import Glibc

/// A server that answers what a test tells it to, one connection after the other, and keeps what it was sent.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        /// `GET /api/images`
        let line: String
        let head: String
        let body: [UInt8]
    }

    let requests = Collected<Request>()
    private let listener: LoopbackListener

    var url: String { "http://127.0.0.1:\(listener.port)" }
    var port: UInt16 { listener.port }

    /// - Parameter answer: the bytes to send, head included; `nil` hangs up instead.
    init(_ answer: @escaping @Sendable (Request) -> String?) throws {
        let listener = try LoopbackListener()
        self.listener = listener
        let requests = requests
        NamedThread.start("scripted") {
            while case let descriptor = accept(listener.file.descriptor, nil, nil), descriptor >= 0 {
                Self.serve(OpenFile(adopting: descriptor), requests, answer)
            }
        }
    }

    deinit { shutdown(listener.file.descriptor, Int32(SHUT_RDWR)) }

    /// A JSON answer.
    static func json(_ status: Int, _ body: String, _ headers: String = "") -> String {
        "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    private static func serve(
        _ file: OpenFile, _ requests: Collected<Request>, _ answer: @Sendable (Request) -> String?
    ) {
        guard let request = read(file) else { return }
        requests.add(request)
        guard let text = answer(request) else { return }
        _ = Array(text.utf8).withUnsafeBytes { send(file.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private static func read(_ file: OpenFile) -> Request? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let request = whole(bytes) { return request }
            let count = recv(file.descriptor, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            bytes += piece.prefix(count)
        }
    }

    private static func whole(_ bytes: [UInt8]) -> Request? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let lines = head.split(separator: "\r\n").map(String.init)
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: " ").last ?? "") }
        guard bytes.count - end.upperBound >= length ?? 0 else { return nil }
        let words = lines.first?.split(separator: " ").prefix(2).joined(separator: " ") ?? ""
        return Request(line: words, head: head, body: Array(bytes[end.upperBound...]))
    }
}

extension API.Image {
    /// One as a server might show it.
    static func example(_ id: String, _ status: API.ImageStatus, named name: String? = nil) -> API.Image {
        API.Image(
            imageId: .init(rawValue: id), status: status, sha256: String(repeating: "0", count: 64),
            mediaType: "image/jpeg", width: 4, height: 3, fileSize: 100, generation: 1, originalFilename: name,
            uploadedAt: .init(rawValue: "2026-05-03T12:13:14.000Z"), url: "/o", thumbnailUrl: "/t")
    }
}
