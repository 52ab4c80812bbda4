import AgBase
import AgContract
import AgServer

/// `argentum list`: the pictures, newest first.
enum ListCommand: Command {
    static let name = "list"
    static let summary = "List the pictures, newest first."
    static let options = [status.definition, session.definition, limit.definition]
    static let settings = ArgentumSettings.clientRows

    private static let status = Setting<String>(
        .init(
            "status", .choice(["pending", "processing", "completed", "failed"]), help: "Only pictures of this status.",
            isOption: true))
    private static let session = Setting<String>(
        .init("session", .text, help: "Only pictures of this session.", isOption: true))
    private static let limit = Setting<Int>(
        .init("limit", .int(1...1_000_000), default: "50", help: "How many at most.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        let client = try call.client()
        var left = call.settings[required: limit]
        var cursor: String?
        repeat {
            let path = path(call, limit: min(left, 200), cursor)
            let page = try await client.call("GET", path, as: API.ImagePage.self).value
            try call.output.results(page.images, row)
            left -= page.images.count
            cursor = page.images.isEmpty ? nil : page.next
        } while cursor != nil && left > 0
        return .ok
    }

    private static func path(_ call: CommandCall, limit: Int, _ cursor: String?) -> String {
        var items = [("limit", "\(limit)")]
        if let status = call.settings[status] { items.append(("status", status)) }
        if let session = call.settings[session] { items.append(("sessionId", session)) }
        if let cursor { items.append(("cursor", cursor)) }
        return "/api/images" + queryText(items)
    }

    private static func row(_ image: API.Image) -> [String] {
        [
            image.imageId.rawValue, image.status.rawValue, "\(image.width)x\(image.height)",
            readable(byteCount: image.fileSize), image.mediaType, image.originalFilename ?? "",
        ]
    }
}

/// `?a=b&c=d` with everything escaped that could mean something else; nothing for no items.
func queryText(_ items: [(String, String)]) -> String {
    guard !items.isEmpty else { return "" }
    return "?" + items.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
func escaped(_ text: String) -> String {
    text.utf8.reduce(into: "") { out, byte in
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
        default: out += "%" + Hex.encode([byte]).uppercased()
        }
    }
}
