/// Feeds a stream body to the connection that sends it; lives as long as the library's response.
final class StreamSender: Sendable {
    private let exchange: Exchange
    private let stream: StreamBody

    init(_ exchange: Exchange, _ stream: StreamBody) {
        self.exchange = exchange
        self.stream = stream
    }

    /// Called by the library on the loop's thread. Returning 0 without having suspended would spin.
    func read(into space: UnsafeMutableRawBufferPointer) -> Int {
        exchange.stepOfStream { unsafe stream.read(into: space) }.forLibrary
    }
}

extension StreamMachine.Read {
    /// What the library's reader returns.
    var forLibrary: Int {
        switch self {
        case .bytes(let count): count
        case .nothingYet: 0
        case .end: -1
        case .broken: -2
        }
    }
}
