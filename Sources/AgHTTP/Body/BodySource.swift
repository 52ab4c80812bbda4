/// Where a body's chunks come from: a connection, or bytes at hand.
package protocol BodySource: Sendable {
    /// The next chunk, `nil` at the end. Throws when the client went away or the body broke its framing.
    func next() async throws -> BodyChunk?
}
