import Synchronization

/// Reads a body through the machine, for the reader and its parts alike.
final class MultipartFeed: Sendable {
    private enum Item {
        case begin(MultipartHead)
        case chunk(BodyChunk)
        case end
    }

    private struct State {
        var machine: MultipartMachine
        /// Reversed, so that the next one is the last.
        var items: [Item] = []
        var isOver = false
        var part = 0
        var isInsidePart = false
    }

    private let body: RequestBody
    private let state: Mutex<State>

    init(_ body: RequestBody, _ machine: MultipartMachine) {
        self.body = body
        state = Mutex(State(machine: machine))
    }

    /// Passes over what is left of the current part. `nil` at the end of the body.
    func nextPart() async throws -> (MultipartHead, Int)? {
        while let item = try await nextItem() {
            guard case .begin(let head) = item else { continue }
            return (head, state.withLock { $0.part })
        }
        return nil
    }

    func nextChunk(ofPart number: Int) async throws -> BodyChunk? {
        guard state.withLock({ $0.part == number && $0.isInsidePart }) else { return nil }
        guard case .chunk(let chunk) = try await nextItem() else { return nil }
        return chunk
    }

    private func nextItem() async throws -> Item? {
        while true {
            if let item = state.withLock({ Self.pop(&$0) }) { return item }
            if state.withLock({ $0.isOver }) { return nil }
            var chunks = body.makeAsyncIterator()
            if let chunk = try await chunks.next() {
                try state.withLock { try Self.feed(chunk, &$0) }
            } else {
                try state.withLock { try Self.finish(&$0) }
            }
        }
    }

    private static func pop(_ state: inout State) -> Item? {
        guard let item = state.items.popLast() else { return nil }
        switch item {
        case .begin:
            state.part += 1
            state.isInsidePart = true
        case .end: state.isInsidePart = false
        case .chunk: break
        }
        return item
    }

    private static func feed(_ chunk: BodyChunk, _ state: inout State) throws {
        let actions = try unsafe chunk.withUnsafeBytes { unsafe try state.machine.take($0) }
        state.items = actions.reversed().compactMap { action in
            switch action {
            case .begin(let head): .begin(head)
            case .data(let range): .chunk(chunk.slice(range))
            case .held(let bytes): .chunk(BodyChunk(bytes))
            case .end: .end
            case .finished: nil
            }
        }
    }

    private static func finish(_ state: inout State) throws {
        try state.machine.finish()
        state.isOver = true
    }
}
