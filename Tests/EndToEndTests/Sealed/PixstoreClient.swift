import AgBase
import AgCrypto
import AgWire
import Testing

/// What Pixstore's browser client 3.2.1 does, step by step, with its own mistakes: it keeps before it verifies, and never looks at a
/// kept entry again. So a server that sends it one wrong byte is found out.
final class PixstoreClient {
    /// What is in its IndexedDB.
    struct Kept {
        let encrypted: [UInt8]
        let token: Int64
    }

    private let server: Server
    private(set) var cache: [String: Kept] = [:]
    /// Methods and statuses since the last look.
    private var requests: [String] = []
    private var permitted: Set<String> = []

    private static let origin = "http://page.example"

    init(_ server: Server) {
        self.server = server
    }

    func takeRequests() -> [String] {
        defer { requests = [] }
        return requests
    }

    /// The picture, as `getImage` resolves.
    func image(_ record: JSONValue) async throws -> [UInt8] {
        let id = try #require(record["id"]?.string)
        let token = try #require(record["token"]?.int)
        if let kept = cache[id], kept.token == token { return try open(kept.encrypted, seal(record)) }
        let bytes = try await fetch(id, token, try #require(record["statelessProof"]?.string))
        let (payload, offset) = try PixstorePayload.read(bytes)
        switch payload {
        case .success:
            cache[id] = Kept(encrypted: Array(bytes[offset...]), token: token)
            return try open(Array(bytes[offset...]), seal(record))
        case .updated(let token, let seal):
            cache[id] = Kept(encrypted: Array(bytes[offset...]), token: token.number)
            return try open(Array(bytes[offset...]), seal)
        case .failure(let state): throw HarnessFailure("Image fetch failed: state=\(state)")
        }
    }

    private func seal(_ record: JSONValue) throws -> ContentSeal { try PixstoreRecord(record).seal }

    private func open(_ encrypted: [UInt8], _ seal: ContentSeal) throws -> [UInt8] {
        try SealedPicture.open(encrypted.span.bytes, with: seal, formats: Self.formats).picture
    }

    /// It knows no others.
    private static let formats = FormatBytes(names: ["png", "webp", "jpg", "jpeg"]) ?? .usual

    /// With the headers that its `fetch` has; a browser asks for each address once whether it may.
    private func fetch(_ id: String, _ token: Int64, _ proof: String) async throws -> [UInt8] {
        let target = "/pixstore-image/\(Self.encoded(id))"
        try await preflight(target)
        let answer = try await server.stranger.get(
            target, headers: ["Origin": Self.origin, "x-pixstore-proof": proof, "x-pixstore-token": "\(token)"])
        requests.append("GET \(answer.status)")
        guard answer["access-control-allow-origin"] == "*" else { throw HarnessFailure("Failed to fetch") }
        guard 200..<300 ~= answer.status else { throw HarnessFailure("Failed to fetch image: \(answer.status)") }
        return answer.body
    }

    private func preflight(_ target: String) async throws {
        guard permitted.insert(target).inserted else { return }
        let answer = try await server.stranger.call(
            "OPTIONS", target,
            headers: [
                "Origin": Self.origin, "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "x-pixstore-proof,x-pixstore-token",
            ])
        requests.append("OPTIONS \(answer.status)")
        let allowed = answer["access-control-allow-headers"]?.lowercased() ?? ""
        guard answer["access-control-allow-origin"] == "*", allowed.contains("x-pixstore-proof"),
            allowed.contains("x-pixstore-token"), answer["access-control-allow-methods"]?.contains("GET") == true
        else { throw HarnessFailure("Failed to fetch") }
    }

    /// `encodeURIComponent`.
    static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { out, byte in
            let isPlain =
                48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte || "-_.!~*'()".utf8.contains(byte)
            out += isPlain ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
        }
    }
}
