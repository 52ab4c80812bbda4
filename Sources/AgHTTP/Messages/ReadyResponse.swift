/// What is there for a request before its handler is asked.
package enum ReadyResponse: Sendable {
    case prepared(PreparedResponse)
    /// For this request alone, such as a file that is sent from where it lies.
    case single(HTTPResponse)

    package var status: Int {
        switch self {
        case .prepared(let prepared): prepared.response.status
        case .single(let response): response.status
        }
    }

    package var response: HTTPResponse {
        switch self {
        case .prepared(let prepared): prepared.response
        case .single(let response): response
        }
    }
}
