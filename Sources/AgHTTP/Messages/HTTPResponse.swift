package import AgBase

/// An answer: a status, headers, and a body that is sent as it is.
///
/// `Content-Length`, `Date`, `Connection` and `X-Request-Id` are the server's business.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case empty
        case bytes([UInt8])
        /// Bytes that many answers share.
        case prepared(SharedBytes)
        /// A range of a content: sent by the kernel when it has a descriptor, else read in pieces while it is sent.
        case content(BlobContent, Range<Int64>)
        case stream(StreamBody)
    }

    package var status: Int
    package var headers: HTTPHeaders
    package var body: Body
    /// Kept until the answer has been sent, or given up.
    package var holds: (any Sendable)?

    package init(_ status: Int, headers: HTTPHeaders = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension HTTPResponse {
    /// Whether its status forbids a body.
    var hasNoBody: Bool { status == 204 || status == 304 }

    /// The length of the 200 that a 304 stands for: a `Content-Length` that the response itself names, and only there.
    var lengthOfUnsent: Int64 { headers["Content-Length"].flatMap { Int64($0) } ?? 0 }
}

extension HTTPResponse.Body {
    /// In bytes; `nil` for a stream whose end is not known yet.
    package var length: Int64? {
        switch self {
        case .empty: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .prepared(let bytes): Int64(bytes.count)
        case .content(_, let range): Int64(range.count)
        case .stream(let stream): stream.length
        }
    }
}
