import AgBase
import Synchronization

/// One picture on its way through a child.
final class CodecJob: Sendable {
    let request: CodecRequest
    /// The picture first, then one memory file per product.
    let files: [OpenFile]
    let allowance: Allowance
    private let deliver: @Sendable (CodecReply) -> Void
    private let state = Mutex(State())

    private struct State {
        var isCancelled = false
        /// Rings at the child's thread while it works for us.
        var runner: EventDescriptor?
        var finish: (@Sendable ((any Error)?) -> Void)?
        var began: ContinuousClock.Instant?
        var over: (@Sendable (Duration) -> Void)?
    }

    /// - Parameters:
    ///   - deliver: called on the child's thread for each reply.
    ///   - finish: called exactly once, with the reason when it failed.
    init(
        _ request: CodecRequest, files: [OpenFile], allowance: Allowance,
        deliver: @escaping @Sendable (CodecReply) -> Void, finish: @escaping @Sendable ((any Error)?) -> Void
    ) {
        self.request = request
        self.files = files
        self.allowance = allowance
        self.deliver = deliver
        state.withLock { $0.finish = finish }
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func receive(_ reply: CodecReply) {
        deliver(reply)
    }

    /// Has `body` called with the time that a child spent on it.
    func whenOver(_ body: @escaping @Sendable (Duration) -> Void) {
        state.withLock { $0.over = body }
    }

    /// Safe to call more than once; the first word counts.
    func finish(_ error: (any Error)? = nil) {
        let finish = state.withLock { state in
            defer { state.finish = nil }
            return state.finish
        }
        finish?(error)
    }

    /// Answers the caller at once; a child that is at work is told to drop it.
    func cancel() {
        let runner = state.withLock { state in
            state.isCancelled = true
            return state.runner
        }
        runner?.signal()
        finish(CancellationError())
    }

    /// Names the bell that ends the work early; `nil` when the work is over.
    func run(by runner: EventDescriptor?) {
        let now = ContinuousClock.now
        let (over, used) = state.withLock { state -> ((@Sendable (Duration) -> Void)?, Duration) in
            state.runner = runner
            guard runner == nil, let began = state.began else {
                state.began = now
                return (nil, .zero)
            }
            defer { (state.over, state.began) = (nil, nil) }
            return (state.over, now - began)
        }
        over?(used)
    }
}
