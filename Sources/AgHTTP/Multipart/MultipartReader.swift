package import AgBase

/// The parts of a multipart/form-data body, in order, each read as it arrives.
///
/// Going on to the next part passes over what was not read of the last one. The sequence ends only after the closing
/// boundary and the end of the body; everything else throws, `Fault` 400 `multipart-truncated` above all, so that what
/// was gathered can be thrown away.
package struct MultipartReader: AsyncSequence, Sendable {
    package typealias Element = MultipartPart
    package typealias Failure = any Error

    private let feed: MultipartFeed

    /// Throws `Fault` 415 `not-multipart` or 400 `invalid-boundary`.
    package init(_ request: HTTPRequest, limits: MultipartLimits = MultipartLimits()) throws(Fault) {
        try self.init(headers: request.headers, body: request.body, limits: limits)
    }

    package init(headers: HTTPHeaders, body: RequestBody, limits: MultipartLimits = MultipartLimits()) throws(Fault) {
        feed = MultipartFeed(body, MultipartMachine(boundary: try MultipartBoundary(headers), limits: limits))
    }

    package func makeAsyncIterator() -> Iterator { Iterator(feed: feed) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let feed: MultipartFeed

        package mutating func next() async throws -> MultipartPart? {
            guard let (head, number) = try await feed.nextPart() else { return nil }
            return MultipartPart(head: head, body: MultipartPart.Body(feed: feed, number: number))
        }
    }
}
