package import AgBase

extension HTTPResponse {
    /// A fault as `application/problem+json` (RFC 9457), never stored by a cache.
    ///
    /// - Parameter status: when the kind's own status is not the right one, such as 405 or 416.
    package static func problem(
        _ fault: Fault, for request: HTTPRequest, status: Int? = nil, headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        problem(fault, requestID: request.id, instance: request.path, status: status, headers: headers)
    }

    /// The same where there is no request yet, because its head could not be read.
    package static func problem(
        _ fault: Fault, requestID: String, instance: String, status: Int? = nil, headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        let status = status ?? fault.kind.status
        let document = ProblemDocument(fault: fault, status: status, requestID: requestID, instance: instance)
        var response = HTTPResponse(status, headers: headers, body: .bytes(document.json.bytes))
        response.headers["Content-Type"] = "application/problem+json"
        response.headers["Cache-Control"] = "no-store"
        // Also on the answers to heads that never reach the layers above: the path in here is a stranger's.
        response.headers["X-Content-Type-Options"] = "nosniff"
        if let wait = fault.retryAfter {
            // Rounded up: a client that comes back a moment early is refused again.
            response.headers["Retry-After"] = "\(max(1, (wait.milliseconds + 999) / 1_000))"
        }
        if status == 401, !response.headers.contains("WWW-Authenticate") {
            response.headers["WWW-Authenticate"] = "Bearer"
        }
        return response
    }
}

/// The members of a problem document.
private struct ProblemDocument {
    let fault: Fault
    let status: Int
    let requestID: String
    let instance: String

    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "type", value: "about:blank"),
            .init(name: "title", value: .string(HTTPStatus.phrase(status))),
            .init(name: "status", value: .int(status)),
            .init(name: "detail", value: .string(fault.message)),
            .init(name: "instance", value: .string(instance)),
            .init(name: "code", value: .string(fault.code)),
            .init(name: "requestId", value: .string(requestID)),
            .init(name: "retryable", value: .bool(fault.isRetryable)),
        ]
        if let position = fault.details.lazy.compactMap(\.position).first {
            members.append(.init(name: "position", value: .int(position)))
        }
        if !fault.details.isEmpty { members.append(.init(name: "errors", value: .array(fault.details.map(item)))) }
        return .object(members)
    }

    private func item(_ detail: Fault.Detail) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: detail.label, value: .string(detail.subject)),
            .init(name: "code", value: .string(detail.code)), .init(name: "detail", value: .string(detail.detail)),
        ]
        if let position = detail.position { members.append(.init(name: "position", value: .int(position))) }
        return .object(members)
    }
}
