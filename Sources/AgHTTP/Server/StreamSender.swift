/// Feeds a stream body to the connection that sends it; lives as long as the library's response.
final class StreamSender: Sendable {
    private static let atEnd = -1
    private static let broken = -2

    private let exchange: Exchange
    private let stream: StreamBody

    init(_ exchange: Exchange, _ stream: StreamBody) {
        self.exchange = exchange
        self.stream = stream
    }

    /// Called by the library on the loop's thread. Returning 0 without having suspended would spin.
    func read(into space: UnsafeMutableRawBufferPointer) -> Int {
        switch exchange.stepOfStream({ unsafe stream.read(into: space) }) {
        case .bytes(let count): count
        case .nothingYet: 0
        case .end: Self.atEnd
        case .broken: Self.broken
        }
    }
}
