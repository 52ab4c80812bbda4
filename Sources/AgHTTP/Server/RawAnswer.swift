import AgBase

/// An answer as bytes for the socket, for the moments in which the library has no place for one: in the middle of a body,
/// and before a head.
enum RawAnswer {
    /// `nil` for bodies that are not at hand as bytes.
    static func bytes(_ response: HTTPResponse, requestID: String) -> [UInt8]? {
        guard let body = body(response.body) else { return nil }
        var head = "HTTP/1.1 \(response.status) \(HTTPStatus.phrase(response.status))\r\n"
        head += "Date: \(HTTPDate.format(SystemTime().now()))\r\n"
        for field in response.headers.fields { head += "\(field.name): \(field.value)\r\n" }
        head += "X-Request-Id: \(requestID)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + body
    }

    private static func body(_ body: HTTPResponse.Body) -> [UInt8]? {
        switch body {
        case .empty: []
        case .bytes(let bytes): bytes
        case .prepared(let shared): unsafe shared.withUnsafeBytes { unsafe [UInt8]($0) }
        case .content, .stream: nil
        }
    }
}
