/// The head of an answer, and its body to be read.
package struct RemoteResponse: Sendable {
    package let status: Int
    package let headers: HeaderFields
    /// Where it came from, behind all redirects.
    package let url: RemoteURL
    /// - Important: The connection is held until the body is read to its end or this value is gone.
    package let body: ResponseBody

    /// The beginning of an answer that may be larger, such as a refusal: nothing is read behind about `limit` bytes.
    package func start(atMost limit: Int) async throws -> RemoteAnswer {
        var start: [UInt8] = []
        for try await piece in body {
            start += piece
            if start.count >= limit { break }
        }
        return RemoteAnswer(status: status, headers: headers, body: start)
    }
}

/// An answer as a whole.
package struct RemoteAnswer: Sendable {
    package let status: Int
    package let headers: HeaderFields
    package let body: [UInt8]

    package init(status: Int, headers: HeaderFields, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The bytes of an answer as they come. To be read once, by one reader; a slow reader slows the sender down.
///
/// Throws `RemoteError` when the connection ends too early, and `CancellationError`.
package struct ResponseBody: AsyncSequence, Sendable {
    let owner: TransferOwner

    package struct Iterator: AsyncIteratorProtocol {
        let owner: TransferOwner

        package mutating func next() async throws -> [UInt8]? {
            try await owner.transfer.bytes()
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(owner: owner) }

    /// All of it. The request's `answerBytes` is the limit.
    package func collect() async throws -> [UInt8] {
        var all: [UInt8] = []
        for try await piece in self {
            if all.isEmpty { all = piece } else { all += piece }
        }
        return all
    }
}

/// Ends a transfer when the last value that could read it is gone. Keeps the client until then.
final class TransferOwner: Sendable {
    let transfer: Transfer
    private let client: RemoteClient

    init(_ transfer: Transfer, client: RemoteClient) {
        self.transfer = transfer
        self.client = client
    }

    deinit {
        transfer.cancel()
    }
}
