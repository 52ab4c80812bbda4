import AgBase
import Synchronization

/// One request and its answer, between the thread that runs libcurl and the tasks that send and read.
///
/// Everything that waits is resumed exactly once: by what it waits for, or by the end of the transfer.
final class Transfer: Sendable {
    private struct State {
        var send: SendMachine
        var receive: ReceiveMachine
        var head: HeadReader.Head?
        var pump: Task<Void, Never>?
        var waitingForHead: CheckedContinuation<HeadReader.Head, any Error>?
        var waitingForBytes: CheckedContinuation<[UInt8]?, any Error>?
        var waitingForRoom: CheckedContinuation<Void, any Error>?
        var error: (any Error)?
    }

    let plan: TransferPlan
    private let loop: CurlLoop
    private let state: Mutex<State>

    init(_ plan: TransferPlan, on loop: CurlLoop) {
        self.plan = plan
        self.loop = loop
        let send =
            switch plan.body {
            case .none: SendMachine(whole: [])
            case .bytes(let bytes): SendMachine(whole: bytes)
            case .stream(let stream): SendMachine(length: stream.length)
            }
        state = Mutex(State(send: send, receive: ReceiveMachine(limit: plan.limits.answerBytes)))
    }

    // MARK: - The caller's side

    /// Begins, and waits for the answer's head.
    func begin() async throws -> HeadReader.Head {
        loop.start(self)
        if case .stream(let stream) = plan.body {
            let pump = Task { await self.pump(stream) }
            let isOver = state.withLock { state in
                state.pump = pump
                return state.receive.isOver
            }
            if isOver { pump.cancel() }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<HeadReader.Head, any Error>? = state.withLock { state in
                    if let error = state.error { return .failure(error) }
                    if let head = state.head { return .success(head) }
                    state.waitingForHead = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The next bytes of the answer; `nil` at its end. One reader at a time.
    func bytes() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let step = state.withLock { state in
                    let step = state.receive.take()
                    if case .wait = step { state.waitingForBytes = continuation }
                    return step
                }
                hand(step, to: continuation)
            }
        } onCancel: {
            cancel()
        }
    }

    private func hand(_ step: ReceiveMachine.Take, to continuation: CheckedContinuation<[UInt8]?, any Error>) {
        switch step {
        case .bytes(let bytes, let resumes):
            if resumes { loop.resume(self) }
            continuation.resume(returning: bytes)
        case .wait: break
        case .end: continuation.resume(returning: nil)
        case .failed(let error): continuation.resume(throwing: error)
        }
    }

    /// Ends it at once, whatever libcurl is doing.
    func cancel() {
        guard !state.withLock({ $0.receive.isOver }) else { return }
        end(.failure(CancellationError()))
        loop.cancel(self)
    }

    // MARK: - The body's side

    private func pump(_ stream: RequestBody.Stream) async {
        do {
            for try await piece in stream.pieces() where !piece.isEmpty {
                try await room()
                if try state.withLock({ try $0.send.offer(piece) }) { loop.resume(self) }
            }
            try await room()
            if try state.withLock({ try $0.send.end() }) { loop.resume(self) }
        } catch {
            end(.failure(error))
            loop.cancel(self)
        }
    }

    /// Waits until the last piece is sent.
    private func room() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let result: Result<Void, any Error>? = state.withLock { state in
                if state.receive.isOver { return .failure(CancellationError()) }
                if state.send.wantsPiece { return .success(()) }
                state.waitingForRoom = continuation
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }

    // MARK: - The thread's side

    /// What libcurl asks for. Called on the loop's thread.
    func fill(atMost count: Int) -> SendMachine.Fill {
        let (fill, waiting) = state.withLock { state in
            let fill = state.send.fill(atMost: count)
            guard state.send.wantsPiece else { return (fill, CheckedContinuation<Void, any Error>?.none) }
            defer { state.waitingForRoom = nil }
            return (fill, state.waitingForRoom)
        }
        waiting?.resume()
        return fill
    }

    func rewind() -> Bool { state.withLock { $0.send.rewind() } }

    func take(_ head: HeadReader.Head) {
        let waiting = state.withLock { state in
            state.head = head
            defer { state.waitingForHead = nil }
            return state.waitingForHead
        }
        waiting?.resume(returning: head)
    }

    func take(_ piece: some Collection<UInt8>) -> ReceiveMachine.Offer {
        let (offer, waiting, step) = state.withLock { state in
            let offer = state.receive.offer(piece)
            guard offer == .taken, let waiting = state.waitingForBytes else {
                return (offer, CheckedContinuation<[UInt8]?, any Error>?.none, ReceiveMachine.Take.wait)
            }
            state.waitingForBytes = nil
            return (offer, waiting, state.receive.take())
        }
        if let waiting { hand(step, to: waiting) }
        return offer
    }

    /// Whether the caller's side is what is waited for: a body that is not made yet, or an answer that is not read.
    var isHeldByCaller: Bool { state.withLock { $0.send.isPaused || $0.receive.isPaused } }

    /// The first end counts; all who wait get it.
    func end(_ result: Result<Void, any Error>) {
        let (old, step) = state.withLock { state in
            let old = state
            state.receive.finish(result)
            state.waitingForHead = nil
            state.waitingForRoom = nil
            if case .failure(let error) = result, state.error == nil { state.error = error }
            var step = ReceiveMachine.Take.wait
            if state.waitingForBytes != nil {
                step = state.receive.take()
                state.waitingForBytes = nil
            }
            return (old, step)
        }
        old.pump?.cancel()
        old.waitingForRoom?.resume(throwing: CancellationError())
        if let waiting = old.waitingForHead {
            let error: any Error = if case .failure(let error) = result { error } else { Self.withoutAnswer }
            waiting.resume(throwing: error)
        }
        if let waiting = old.waitingForBytes { hand(step, to: waiting) }
    }

    private static let withoutAnswer = RemoteError(.cut, "The server ended the connection without an answer.")
}

/// What libcurl needs to know of a request.
struct TransferPlan: Sendable {
    let url: RemoteURL
    let method: String
    let headers: HeaderFields
    let body: RequestBody
    let limits: RemoteLimits
    let takesCompressed: Bool
    /// `nil` where libcurl resolves the name by itself.
    let addresses: [IPAddress]?
    /// Not one from an earlier request.
    let needsFreshConnection: Bool
}
