import AgBase
import AgHTTP

extension HotAnswers {
    /// What is given again: a body in memory, or a content as long as others keep it open.
    enum Gift: Sendable {
        case prepared(PreparedResponse)
        case content(HTTPHeaders, CachedContent, Range<Int64>)

        /// Longer ones are contents.
        private static let longestBody: Int64 = 64 << 10

        /// `nil` for what cannot be given twice.
        init?(_ response: HTTPResponse) {
            switch response.body {
            case .bytes, .prepared:
                guard response.body.length ?? .max <= Self.longestBody else { return nil }
                self = .prepared(PreparedResponse(response.lent))
            case .content(let content, let range):
                self = .content(response.headers, CachedContent(content), range)
            case .empty, .stream: return nil
            }
        }

        var ready: ReadyResponse? {
            switch self {
            case .prepared(let response): .prepared(response)
            case .content(let headers, let cached, let range):
                cached.content.map { .single(HTTPResponse(200, headers: headers, body: .content($0, range))) }
            }
        }

        /// Of the body, in memory.
        var weight: Int {
            if case .prepared(let prepared) = self { Int(prepared.response.body.length ?? 0) } else { 0 }
        }
    }

    /// A content that others keep: were it held here, the open file of a deleted picture would stay on the disk.
    final class CachedContent: Sendable {
        weak let content: BlobContent?

        init(_ content: BlobContent) {
            self.content = content
        }
    }
}

extension HTTPResponse {
    /// The same with bytes that all loops send from one place.
    fileprivate var lent: HTTPResponse {
        guard case .bytes(let bytes) = body else { return self }
        return HTTPResponse(status, headers: headers, body: .prepared(SharedBytes(bytes)))
    }
}
