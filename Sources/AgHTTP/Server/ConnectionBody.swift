import Synchronization

/// A request's body as it arrives on its connection.
final class ConnectionBody: BodySource {
    private let exchange: Exchange

    init(_ exchange: Exchange) {
        self.exchange = exchange
    }

    func mustArrive(within limit: Duration) {
        exchange.bodyMustArrive(within: limit)
    }

    func next() async throws -> BodyChunk? {
        switch exchange.takeChunk() {
        case .chunk(let chunk): chunk
        case .end: nil
        case .failed(let error): throw error
        case .nothingYet: try await nextToArrive()
        }
    }

    private func nextToArrive() async throws -> BodyChunk? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { exchange.waitForChunk($0) }
        } onCancel: {
            exchange.stopWaitingForChunk()
        }
    }
}

extension Exchange {
    func takeChunk() -> BodyIntake.Take {
        state.withLock { state in
            let taken = state.intake.take()
            // Either there is room again, or the connection waits to hear that the body is wanted.
            resume(&state)
            return taken
        }
    }

    func waitForChunk(_ continuation: CheckedContinuation<BodyChunk?, any Error>) {
        let effect = state.withLock { $0.intake.wait(continuation) }
        effect?()
    }

    func stopWaitingForChunk() {
        state.withLock { $0.intake.stopWaiting() }?()
    }
}
