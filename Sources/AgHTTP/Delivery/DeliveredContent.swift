package import AgBase

/// Bytes that are worth keeping in a cache: a picture, a file of the page, the description of the interface.
package struct DeliveredContent: Sendable {
    package enum Source: Sendable {
        case bytes([UInt8])
        case prepared(SharedBytes)
        case content(BlobContent)
    }

    package var source: Source
    package var tag: EntityTag
    package var contentType: String
    /// The value of `Cache-Control`.
    package var cacheControl: String
    package var lastModified: Timestamp?
    /// The value of `Content-Disposition`.
    package var disposition: String?
    /// Whatever else belongs to the content, such as `Vary`, but none of what is named above; sent with 200, 206 and 304.
    package var headers: HTTPHeaders

    /// - Parameters:
    ///   - tag: the strong validator's text, without quotes.
    ///   - cacheControl: `no-cache` by default: keep it, but ask each time.
    package init(
        _ source: Source, tag: String, contentType: String, cacheControl: String = "no-cache",
        lastModified: Timestamp? = nil,
        disposition: String? = nil, headers: HTTPHeaders = [:]
    ) {
        self.source = source
        self.tag = EntityTag(tag)
        self.contentType = contentType
        self.cacheControl = cacheControl
        self.lastModified = lastModified
        self.disposition = disposition
        self.headers = headers
    }

    package var length: Int64 {
        switch source {
        case .bytes(let bytes): Int64(bytes.count)
        case .prepared(let bytes): Int64(bytes.count)
        case .content(let content): content.byteCount
        }
    }
}

/// The answer to a GET or HEAD for this content: 200, 206, 304, 412 or 416, as the request's conditions have it.
package func content(of content: DeliveredContent, for request: HTTPRequest) -> HTTPResponse {
    switch Preconditions.evaluate(
        request.headers, method: request.method, tag: content.tag, lastModified: content.lastModified)
    {
    case .notModified:
        var headers = content.cacheHeaders
        // Of the 200 that this stands for; without it the library would say 0 (RFC 9110, section 8.6).
        headers["Content-Length"] = "\(content.length)"
        return HTTPResponse(304, headers: headers)
    case .failed:
        let fault = Fault(
            .conflict, "precondition-failed", "The content is not the one that If-Match or its kin ask for.")
        return .problem(fault, for: request, status: 412, headers: ["ETag": content.tag.description])
    case .proceed: return content.answer(to: request)
    }
}

extension DeliveredContent {
    fileprivate var cacheHeaders: HTTPHeaders {
        var all = headers
        all.add("ETag", tag.description)
        all.add("Cache-Control", cacheControl)
        if let lastModified { all.add("Last-Modified", HTTPDate.format(lastModified)) }
        return all
    }

    private var allHeaders: HTTPHeaders {
        var all = cacheHeaders
        all.add("Content-Type", contentType)
        all.add("X-Content-Type-Options", "nosniff")
        all.add("Accept-Ranges", "bytes")
        if let disposition { all.add("Content-Disposition", disposition) }
        return all
    }

    fileprivate func answer(to request: HTTPRequest) -> HTTPResponse {
        switch range(request) {
        case .whole: return HTTPResponse(200, headers: allHeaders, body: body(0..<length))
        case .part(let range):
            var headers = allHeaders
            headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
            return HTTPResponse(206, headers: headers, body: body(range))
        case .unsatisfiable:
            let fault = Fault(
                .badRequest, "range-not-satisfiable",
                "The range lies outside of the content, which has \(length) bytes.")
            return .problem(fault, for: request, status: 416, headers: ["Content-Range": "bytes */\(length)"])
        }
    }

    /// RFC 9110 defines ranges for GET alone.
    private func range(_ request: HTTPRequest) -> ByteRange {
        let isAllowed = Preconditions.allowsRange(request.headers, tag: tag, lastModified: lastModified)
        guard request.method == .get, isAllowed else { return .whole }
        return ByteRange(request.headers.all("range"), length: length)
    }

    private func body(_ range: Range<Int64>) -> HTTPResponse.Body {
        switch source {
        case .content(let content):
            return content.bytes.map { Self.part(range, of: $0) } ?? .content(content, range)
        case .bytes(let bytes): return Self.part(range, of: bytes)
        case .prepared(let shared):
            if range.count == shared.count { return .prepared(shared) }
            return unsafe .bytes(
                shared.withUnsafeBytes { unsafe [UInt8]($0[Int(range.lowerBound)..<Int(range.upperBound)]) })
        }
    }

    private static func part(_ range: Range<Int64>, of bytes: [UInt8]) -> HTTPResponse.Body {
        range.count == bytes.count ? .bytes(bytes) : .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
    }
}
