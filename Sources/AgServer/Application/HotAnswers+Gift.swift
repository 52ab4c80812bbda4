import AgBase
import AgHTTP

extension HotAnswers {
    /// What is given again: a body in memory, or a file as long as others keep it open.
    enum Gift: Sendable {
        case prepared(PreparedResponse)
        case file(HTTPHeaders, CachedFile, offset: Int64, length: Int64)

        /// Longer ones are files.
        private static let longestBody: Int64 = 64 << 10

        /// `nil` for what cannot be given twice.
        init?(_ response: HTTPResponse) {
            switch response.body {
            case .bytes, .prepared:
                guard response.body.length ?? .max <= Self.longestBody else { return nil }
                self = .prepared(PreparedResponse(response.lent))
            case .file(let file, let offset, let length):
                self = .file(response.headers, CachedFile(file), offset: offset, length: length)
            case .empty, .stream: return nil
            }
        }

        var ready: ReadyResponse? {
            switch self {
            case .prepared(let response): .prepared(response)
            case .file(let headers, let cached, let offset, let length):
                cached.file.map {
                    .single(HTTPResponse(200, headers: headers, body: .file($0, offset: offset, length: length)))
                }
            }
        }

        /// Of the body, in memory.
        var weight: Int {
            if case .prepared(let prepared) = self { Int(prepared.response.body.length ?? 0) } else { 0 }
        }
    }

    /// An open file that others keep: were it held here, a deleted picture would stay on the disk.
    final class CachedFile: Sendable {
        weak let file: OpenFile?

        init(_ file: OpenFile) {
            self.file = file
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
