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
        let text = ProblemText(fault: fault, status: status, requestID: requestID, instance: instance)
        var response = HTTPResponse(status, headers: headers, body: .bytes(Array(text.json.utf8)))
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

/// The members of a problem document, written by hand: the encoder would cost more than the answer.
private struct ProblemText {
    let fault: Fault
    let status: Int
    let requestID: String
    let instance: String

    var json: String {
        var text = "{\"type\":\"about:blank\",\"title\":\(quote(HTTPStatus.phrase(status))),\"status\":\(status)"
        text += ",\"detail\":\(quote(fault.message)),\"instance\":\(quote(instance)),\"code\":\(quote(fault.code))"
        text += ",\"requestId\":\(quote(requestID)),\"retryable\":\(fault.isRetryable)"
        if !fault.details.isEmpty { text += ",\"errors\":[\(fault.details.map(item).joined(separator: ","))]" }
        return text + "}"
    }

    private func item(_ detail: Fault.Detail) -> String {
        "{\(quote(detail.label)):\(quote(detail.subject)),\"code\":\(quote(detail.code)),\"detail\":\(quote(detail.detail))}"
    }

    private func quote(_ text: String) -> String { JSONText.quote(text) }
}
