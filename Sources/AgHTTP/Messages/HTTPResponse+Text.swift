package import AgBase

extension HTTPResponse {
    /// JSON that is already written.
    package static func json(_ status: Int, bytes: [UInt8]) -> HTTPResponse {
        HTTPResponse(status, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }

    /// JSON that many answers share.
    package static func json(_ status: Int, _ bytes: SharedBytes) -> HTTPResponse {
        HTTPResponse(status, headers: ["Content-Type": "application/json"], body: .prepared(bytes))
    }

    package static func text(
        _ status: Int, _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(status, headers: ["Content-Type": type], body: .bytes(Array(text.utf8)))
    }
}
