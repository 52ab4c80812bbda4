extension API {
    /// Why a call was not done (RFC 9457): every answer of a status from 400 on, and 202 where bytes were asked for that are
    /// still being made.
    ///
    /// The server fills all members but `errors`. They are optional because a proxy on the way may answer in its place.
    public struct Problem: APIValue {
        public var type: String?
        /// The status in words.
        public var title: String?
        public var status: Int?
        /// A sentence for people: what was wrong and what to do.
        public var detail: String?
        /// The path that was asked for.
        public var instance: String?
        /// Stable and kebab-case; programs switch on it.
        public var code: String?
        /// Leads to the request in the server's log.
        public var requestId: String?
        /// Whether the same call may succeed later.
        public var retryable: Bool?
        /// Where in a text the fault is, in characters from 0.
        public var position: Int?
        /// The parts of the input that were at fault.
        public var errors: [Part]?

        public init(
            type: String? = nil, title: String? = nil, status: Int? = nil, detail: String? = nil,
            instance: String? = nil, code: String? = nil, requestId: String? = nil, retryable: Bool? = nil,
            position: Int? = nil, errors: [Part]? = nil
        ) {
            self.type = type
            self.title = title
            self.status = status
            self.detail = detail
            self.instance = instance
            self.code = code
            self.requestId = requestId
            self.retryable = retryable
            self.position = position
            self.errors = errors
        }

        /// One part of the input, or one check of `/readyz`: named by the first member that is there.
        public struct Part: APIValue {
            public var subject: String?
            /// Of a file in a form.
            public var filename: String?
            /// Of a form.
            public var field: String?
            public var code: String?
            public var detail: String?
            public var position: Int?

            public init(
                subject: String? = nil, filename: String? = nil, field: String? = nil, code: String? = nil,
                detail: String? = nil, position: Int? = nil
            ) {
                self.subject = subject
                self.filename = filename
                self.field = field
                self.code = code
                self.detail = detail
                self.position = position
            }
        }
    }
}

// What load balancers and monitoring ask.
extension API {
    /// The process answers: `GET /livez`.
    public struct Liveness: APIValue {
        public var status: String

        public init(status: String = "alive") { self.status = status }
    }

    /// Requests can be served: `GET /readyz`. When they cannot, a problem names the checks that failed.
    public struct Readiness: APIValue {
        public struct Check: APIValue {
            public var name: String

            public init(name: String) { self.name = name }
        }

        public var status: String
        public var checks: [Check]

        public init(status: String = "ready", checks: [Check]) {
            self.status = status
            self.checks = checks
        }
    }
}
