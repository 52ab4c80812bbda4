/// A body that the library asks for piece by piece while it sends it.
protocol SentInPieces: Sendable {
    /// Of the whole body in bytes; `nil` while its end is not known.
    var length: Int64? { get }

    /// Copies the bytes from `position` of the body, as far as they are there, and calls back later for the others. On the loop's
    /// thread; must not wait.
    func read(from position: Int64, into space: UnsafeMutableRawBufferPointer) -> StreamMachine.Read
}

/// Feeds such a body to the connection that sends it; lives as long as the library's response.
final class BodySender: Sendable {
    private let exchange: Exchange
    private let body: any SentInPieces

    init(_ exchange: Exchange, _ body: any SentInPieces) {
        self.exchange = exchange
        self.body = body
    }

    var length: Int64? { body.length }

    /// Called by the library on the loop's thread. Returning 0 without having suspended would spin.
    func read(from position: Int64, into space: UnsafeMutableRawBufferPointer) -> Int {
        switch exchange.stepOfBody({ unsafe body.read(from: position, into: space) }) {
        case .bytes(let count): count
        case .nothingYet: 0
        case .end: -1
        case .broken: -2
        }
    }
}
