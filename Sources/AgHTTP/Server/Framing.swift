import AgBase

/// How a request's body is delimited, decided strictly: anything two readers could read in two ways is refused.
///
/// The rules are those of RFC 9112, section 6, with each "ought to be rejected" taken as a must.
struct Framing: Equatable {
    enum Body: Equatable {
        case none
        case length(Int64)
        case chunked
    }

    /// A head that is refused, with the status it deserves.
    struct Refusal: Error, Equatable {
        /// The library may have no room left to answer: bytes are sent in its place.
        static let headTooLarge = Refusal(
            431, "head-too-large", "The request's header fields are longer than can be read here.")

        let status: Int
        let code: String
        let message: String

        init(_ status: Int, _ code: String, _ message: String) {
            self.status = status
            self.code = code
            self.message = message
        }
    }

    let body: Body
    /// The client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool

    init(_ headers: HTTPHeaders, version: String) throws(Refusal) {
        try Self.checkHost(headers, version)
        expectsContinue = try Self.expectation(headers)
        body = try Self.body(headers, version)
    }

    private static func checkHost(_ headers: HTTPHeaders, _ version: String) throws(Refusal) {
        let hosts = headers.all("host")
        guard hosts.count == 1 || (hosts.isEmpty && version == "HTTP/1.0") else {
            throw Refusal(400, "invalid-host", "A request has exactly one Host header; this one has \(hosts.count).")
        }
        guard hosts.allSatisfy(isHost) else {
            throw Refusal(400, "invalid-host", "The Host header holds what no host's name or port does.")
        }
    }

    /// RFC 3986, section 3.2.2, without the characters that no host has: it becomes a part of links.
    private static func isHost(_ text: String) -> Bool {
        hasPort(text)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x3A, 0x5B, 0x5D, 0x5F, 0x7E, 0x25: true
                default: false
                }
            }
    }

    /// No port, or one that there is. The colons within brackets are those of an IPv6 address.
    private static func hasPort(_ text: String) -> Bool {
        let name = text.utf8.lastIndex(of: UInt8(ascii: "]")) ?? text.utf8.startIndex
        guard let colon = text.utf8[name...].firstIndex(of: UInt8(ascii: ":")) else { return true }
        let port = text.utf8[text.utf8.index(after: colon)...]
        return port.isEmpty || (port.allSatisfy { 48...57 ~= $0 } && UInt16(Substring(port)) != nil)
    }

    private static func expectation(_ headers: HTTPHeaders) throws(Refusal) -> Bool {
        guard let value = headers["expect"] else { return false }
        guard ASCIICase.isEqual(value, "100-continue") else {
            throw Refusal(417, "unknown-expectation", "The only expectation that is met here is 100-continue.")
        }
        return true
    }

    private static func body(_ headers: HTTPHeaders, _ version: String) throws(Refusal) -> Body {
        let lengths = headers.all("content-length")
        let codings = headers.all("transfer-encoding")
        guard lengths.count + codings.count <= 1 else {
            throw Refusal(
                400, "ambiguous-length",
                "A request has one Content-Length or one Transfer-Encoding, not several or both.")
        }
        if let coding = codings.first { return try chunked(coding, version) }
        guard let length = lengths.first else { return .none }
        guard !length.isEmpty, length.utf8.count <= 18, length.utf8.allSatisfy({ 48...57 ~= $0 }),
            let bytes = Int64(length)
        else { throw Refusal(400, "invalid-length", "The Content-Length is not a number of bytes.") }
        return bytes == 0 ? .none : .length(bytes)
    }

    private static func chunked(_ coding: String, _ version: String) throws(Refusal) -> Body {
        guard version != "HTTP/1.0" else {
            throw Refusal(400, "ambiguous-length", "HTTP/1.0 has no Transfer-Encoding.")
        }
        guard ASCIICase.isEqual(coding, "chunked") else {
            throw Refusal(501, "unknown-transfer-encoding", "The only Transfer-Encoding that is read here is chunked.")
        }
        return .chunked
    }
}
