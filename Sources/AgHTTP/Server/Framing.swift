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

    /// Every request passes here: the value is looked at where it lies.
    private static func checkHost(_ headers: HTTPHeaders, _ version: String) throws(Refusal) {
        let isThere = headers.contains(any: .host)
        guard isThere || version == "HTTP/1.0", !headers.repeats(any: .host) else {
            let count = headers.all("host").count
            throw Refusal(400, "invalid-host", "A request has exactly one Host header; this one has \(count).")
        }
        var isGood = true
        unsafe headers.withFirst(.host) { unsafe isGood = isHost($0) }
        guard isGood else {
            throw Refusal(400, "invalid-host", "The Host header holds what no host's name or port does.")
        }
    }

    /// RFC 3986, section 3.2.2, without the characters that no host has: it becomes a part of links. No port, or one that
    /// there is.
    private static func isHost(_ text: UnsafeRawBufferPointer) -> Bool {
        // The colons within brackets are those of an IPv6 address.
        var port: Int?
        for place in 0..<text.count {
            switch unsafe text[place] {
            case 0x3A: port = port ?? place + 1
            case 0x5D: port = nil
            case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x5B, 0x5F, 0x7E, 0x25: break
            default: return false
            }
        }
        return port.map { unsafe isPort(UnsafeRawBufferPointer(rebasing: text[$0...])) } ?? true
    }

    private static func isPort(_ digits: UnsafeRawBufferPointer) -> Bool {
        var number = 0
        for place in 0..<digits.count {
            let digit = unsafe digits[place]
            guard 48...57 ~= digit else { return false }
            number = 10 * number + Int(digit) - 48
            if number > Int(UInt16.max) { return false }
        }
        return true
    }

    private static func expectation(_ headers: HTTPHeaders) throws(Refusal) -> Bool {
        guard let value = headers.first(.expect) else { return false }
        guard ASCIICase.isEqual(value, "100-continue") else {
            throw Refusal(417, "unknown-expectation", "The only expectation that is met here is 100-continue.")
        }
        return true
    }

    private static func body(_ headers: HTTPHeaders, _ version: String) throws(Refusal) -> Body {
        guard headers.contains(any: [.contentLength, .transferEncoding]) else { return .none }
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
