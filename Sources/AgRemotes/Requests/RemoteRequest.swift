/// One request to another machine.
package struct RemoteRequest: Sendable {
    package var method: String
    package var url: RemoteURL
    package var headers: HeaderFields
    package var body: RequestBody
    package var limits = RemoteLimits()
    /// Whether the same request twice has the effect of one: it may be sent again after a failure that leaves open whether
    /// the first one arrived. By default what RFC 9110, section 9.2.2 says of the method.
    package var isIdempotent: Bool
    /// Names of header fields that are credentials besides the usual ones: they do not follow a redirect elsewhere.
    package var secretHeaders: [String] = []
    /// Whether the answer may come compressed, to be expanded here. `answerBytes` then limits what it expands to.
    package var takesCompressed = false

    package init(_ method: String, _ url: RemoteURL, headers: HeaderFields = [:], body: RequestBody = .none) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        isIdempotent = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method)
    }
}

/// What is sent behind the head of a request.
package enum RequestBody: Sendable {
    case none
    case bytes([UInt8])
    case stream(Stream)

    /// A body that is made while it is sent: the next piece is asked for when the connection has taken the last one.
    package struct Stream: Sendable {
        /// `nil` sends it in chunks.
        package let length: Int64?
        /// Whether `pieces` may be called once more, for the same bytes from their start.
        package let isRepeatable: Bool
        /// Begins the body. An error that the sequence throws ends the request, and is thrown by it as it is.
        package let pieces: @Sendable () -> any AsyncSequence<[UInt8], any Error> & Sendable

        package init(
            length: Int64?, isRepeatable: Bool,
            pieces: @escaping @Sendable () -> any AsyncSequence<[UInt8], any Error> & Sendable
        ) {
            self.length = length
            self.isRepeatable = isRepeatable
            self.pieces = pieces
        }
    }

    var isRepeatable: Bool {
        if case .stream(let stream) = self { stream.isRepeatable } else { true }
    }
}

/// How long one attempt at a request may take, and how much may come back.
package struct RemoteLimits: Sendable {
    /// Until the connection is ready, TLS included. 10 s by default.
    package var connect: Duration
    /// In which not one byte goes either way, while neither side of ours is waited for. 60 s by default.
    package var idle: Duration
    /// From the first to the last byte; unlimited by default.
    package var whole: Duration?
    /// Of the answer's body; unlimited by default, as the bytes are not gathered here.
    package var answerBytes: Int64?
    /// How many redirects are followed; none by default.
    package var redirects = 0

    package init(
        connect: Duration = .seconds(10), idle: Duration = .seconds(60), whole: Duration? = nil,
        answerBytes: Int64? = nil
    ) {
        self.connect = connect
        self.idle = idle
        self.whole = whole
        self.answerBytes = answerBytes
    }
}
