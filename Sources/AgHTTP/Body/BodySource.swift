/// Where a body's chunks come from: a connection, or bytes at hand.
package protocol BodySource: Sendable {
    /// The next chunk, `nil` at the end. Throws when the client went away or the body broke its framing.
    func next() async throws -> BodyChunk?

    /// From now on, all of it has to arrive within this time: `next` throws `Fault` 408 `body-too-slow` afterwards.
    func mustArrive(within limit: Duration)
}
