package import AgBase

/// One part of a multipart body.
package struct MultipartPart: Sendable {
    package let head: MultipartHead
    package let body: Body

    /// The form field's name.
    package var name: String { head.name }
    /// For display only, without path pieces; `nil` when the part is a plain field.
    package var filename: String? { head.filename }
    /// As claimed by the client.
    package var contentType: String? { head.contentType }

    /// A part's bytes. Over when the reader has gone on to the next part.
    package struct Body: AsyncSequence, Sendable {
        package typealias Element = BodyChunk
        package typealias Failure = any Error

        let feed: MultipartFeed
        let number: Int

        package func makeAsyncIterator() -> Iterator { Iterator(feed: feed, number: number) }

        package struct Iterator: AsyncIteratorProtocol {
            fileprivate let feed: MultipartFeed
            fileprivate let number: Int

            package mutating func next() async throws -> BodyChunk? { try await feed.nextChunk(ofPart: number) }
        }
    }

    /// Throws `Fault` 400 `multipart-encoded` when the part's bytes are base64 or quoted-printable. A part that is skipped
    /// may be either.
    package func requirePlainBytes() throws(Fault) {
        guard let encoding = head.encoding else { return }
        throw Fault(
            .badRequest, "multipart-encoded",
            "The part '\(name)' is encoded as \(encoding); parts are sent as plain bytes.")
    }

    /// The whole part, for those that are small. Throws `Fault` 413 `part-too-large` beyond `limit`, and 400 when it is
    /// encoded.
    package func bytes(limit: Int) async throws -> [UInt8] {
        try requirePlainBytes()
        var bytes: [UInt8] = []
        for try await chunk in body {
            guard bytes.count + chunk.count <= limit else {
                throw Fault(.tooLarge, "part-too-large", "The part '\(name.excerpt())' has more than \(limit) bytes.")
            }
            bytes += chunk.bytes
        }
        return bytes
    }

    /// A field's text. Throws `Fault` 413 beyond `limit` bytes and 400 `invalid-field` when it is not UTF-8.
    package func text(limit: Int = 64 << 10) async throws -> String {
        guard let text = String(validating: try await bytes(limit: limit), as: UTF8.self) else {
            throw Fault(.badRequest, "invalid-field", "The field '\(name.excerpt())' is not UTF-8.")
        }
        return text
    }
}
