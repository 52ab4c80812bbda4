extension Operation {
    /// Every answer that is worth naming: the operation's own, and the problems that follow from what it is. What can
    /// happen to any call, a failure of ours or a head that breaks HTTP's rules, is the document's `default`.
    var allAnswers: [OperationAnswer] {
        let own = Set(answers.map(\.status))
        return answers + impliedProblems.filter { !own.contains($0.status) }
    }

    private var impliedProblems: [OperationAnswer] { inputProblems + accessProblems + limitProblems }

    private var inputProblems: [OperationAnswer] {
        var problems: [OperationAnswer] = []
        if body != nil || parameters.contains(where: { $0.place != .path }) {
            problems.append(.problem(400, "A part of the call is malformed."))
        }
        if parameters.contains(where: { $0.place == .path }) {
            problems.append(.problem(404, "There is no such thing."))
        }
        guard let body else { return problems }
        problems.append(.problem(413, "The body is too large."))
        if body.mediaType == "application/json" {
            problems.append(.problem(408, "The body was not there half a minute after it began."))
            problems.append(.problem(415, "The body is not `application/json`."))
            problems.append(.problem(422, "A member of the body is missing or not allowed."))
        }
        return problems
    }

    private var accessProblems: [OperationAnswer] {
        guard access != .open else { return [] }
        return [
            .problem(401, "No credential, or one that is not good."),
            .problem(403, "The credential does not reach this far, or the cookie came without its CSRF token."),
        ]
    }

    private var limitProblems: [OperationAnswer] {
        path == "/livez" || path == "/readyz" ? [] : [.problem(429, "Too many requests; see `rate-limit`.")]
    }
}

extension OperationAnswer {
    /// The headers that every answer of this status carries, beside those that all have.
    var headers: [(name: String, schema: Schema)] {
        switch status {
        case 401: [("WWW-Authenticate", .string)]
        case 429: [("Retry-After", .integer(minimum: 1, maximum: nil))]
        case 202 where content.first?.mediaType == "application/problem+json":
            [("Retry-After", .integer(minimum: 1, maximum: nil))]
        default: []
        }
    }
}
