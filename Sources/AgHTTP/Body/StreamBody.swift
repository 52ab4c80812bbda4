package import AgBase
import Synchronization

/// A response body that is written while it is sent: server-sent events, archives made on the way.
///
/// At most `limit` bytes wait at a time. A producer that must not wait uses `push` and drops a listener that is too
/// slow; one that can uses `write`. The server ends both when the client goes away.
package final class StreamBody: Sendable {
    /// Writes the body; runs while the response is sent and is cancelled when the client goes away. Returning ends
    /// the body, throwing breaks the connection off so that the client does not take a part for the whole.
    package typealias Producer = @Sendable (StreamBody) async throws -> Void

    /// Sent by the server itself, so that no listener needs a timer. One that has no room for it is dropped.
    package struct Heartbeat: Sendable {
        let every: Duration
        let piece: SharedBytes

        package init(every: Duration, piece: SharedBytes) {
            self.every = every
            self.piece = piece
        }
    }

    private let machine: Mutex<StreamMachine>
    let producer: Producer?
    let endsOnShutdown: Bool
    let heartbeat: Heartbeat?
    /// In bytes, when it is known before: then the answer names it, and one that ends earlier is broken off.
    let length: Int64?

    /// - Parameters:
    ///   - limit: bytes that may wait, 256 KiB by default; one larger piece is taken when nothing waits.
    ///   - heartbeat: what to say when nothing else was said for a while.
    ///   - length: of all that will be written, if it is known.
    ///   - endsOnShutdown: for bodies without an end of their own, such as events: they end as soon as the server stops.
    package init(
        limit: Int = 256 << 10, length: Int64? = nil, endsOnShutdown: Bool = false, heartbeat: Heartbeat? = nil,
        producer: Producer? = nil
    ) {
        machine = Mutex(StreamMachine(limit: limit))
        self.length = length
        self.endsOnShutdown = endsOnShutdown
        self.heartbeat = heartbeat
        self.producer = producer
    }

    /// Queues a piece without waiting. `false` when too much waits already or the body is closed: drop this listener.
    @discardableResult
    package func push(_ piece: SharedBytes) -> Bool {
        let (isTaken, wake) = machine.withLock { $0.push(piece) }
        wake?()
        return isTaken
    }

    @discardableResult
    package func push(_ bytes: [UInt8]) -> Bool { push(SharedBytes(bytes)) }

    /// Queues a piece when there is room. Throws `StreamClosed` when the client went away, and when cancelled.
    package func write(_ piece: SharedBytes) async throws {
        while true {
            try Task.checkCancellation()
            if push(piece) { return }
            try await room(for: piece.count)
        }
    }

    package func write(_ bytes: [UInt8]) async throws { try await write(SharedBytes(bytes)) }

    /// No more will come; what waits is still sent.
    package func end() {
        machine.withLock { $0.end() }?()
    }

    /// Breaks the connection off: what was sent is not the whole.
    package func abort() {
        machine.withLock { $0.abort() }.run()
    }

    /// Whether pieces are still taken.
    package var isOpen: Bool { machine.withLock { $0.isOpen } }

    /// Runs the closure once when the body is over: all sent, broken off, or the client gone. At once when it is already.
    package func whenClosed(_ body: @escaping @Sendable () -> Void) {
        if machine.withLock({ $0.whenClosed(body) }) { body() }
    }

    private func room(for count: Int) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                machine.withLock { $0.wait(for: count, continuation) }?()
            }
        } onCancel: {
            machine.withLock { $0.stopWaiting() }()
        }
    }
}

extension StreamBody {
    /// A range of a content, read no faster than it is sent.
    convenience init(_ content: BlobContent, _ range: Range<Int64>) {
        self.init(length: Int64(range.count)) { body in
            try await content.send(range) { try await body.write($0) }
        }
    }
}

/// The client is gone, or the body has ended.
package struct StreamClosed: Error, Sendable {
    package init() {}
}

extension StreamBody: SentInPieces {
    /// The server's end: how to wake the connection when bytes arrive for one that waits.
    func attach(wake: @escaping @Sendable () -> Void) {
        machine.withLock { $0.attach(wake) }
    }

    /// Copies what waits, which is what follows the position.
    func read(from position: Int64, into space: UnsafeMutableRawBufferPointer) -> StreamMachine.Read {
        let (read, room) = machine.withLock { unsafe $0.read(into: space) }
        room?()
        return read
    }

    /// The server is done with this body: the client is gone or has it all.
    func close() {
        machine.withLock { $0.close() }.run()
    }
}
