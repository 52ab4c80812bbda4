import AgBase
import Synchronization

extension Exchange {
    /// The library is done with this request. `isAnswered` when all of the answer was sent.
    func end(isAnswered: Bool, at now: SuspendingClock.Instant) {
        let (effect, handler, producer, stream) = state.withLock { state in
            state.isOver = true
            return (state.fail(), state.handler, state.producer, state.stream ?? state.outcome?.stream)
        }
        effect?()
        handler?.cancel()
        producer?.cancel()
        stream?.close()
        account(isAnswered: isAnswered || record.lingers, now - startedAt)
        // The request holds its body, which holds this.
        course.request = nil
    }

    /// The other end is gone or too slow: everything about this request stops.
    func abandon() {
        let (effect, tasks, stream) = state.withLock { state in
            state.isDoomed = true
            resume(&state)
            return (state.fail(), state.tasks, state.stream)
        }
        effect?()
        for task in tasks { task.cancel() }
        stream?.abort()
    }

    /// The server stops and will not wait longer: a request without an answer gets a 503.
    func giveUp() {
        let fault = Fault(
            .unavailable, "stopping", "The server is stopping; ask again in a moment.", retryAfter: .seconds(5))
        let response = problem(fault)
        let (tasks, stream) = state.withLock { state in
            if state.outcome == nil { state.outcome = response }
            resume(&state)
            return (state.tasks, state.stream)
        }
        for task in tasks { task.cancel() }
        stream?.abort()
    }

    /// Whether the answer is a stream without an end of its own.
    var isEndless: Bool { state.withLock { $0.stream }?.endsOnShutdown ?? false }

    /// The server stops: streams without an end of their own end now.
    func endEndlessStream() {
        if isEndless { state.withLock { $0.stream }?.end() }
    }

    /// Whether another request may follow on the connection, as far as both ends have said.
    var keepsConnection: Bool {
        guard let head = course.head, !course.isLast, !course.endsConnection, !loop.isDraining else { return false }
        guard head.headers.contains(any: .connection) else { return true }
        return !head.headers.all("connection").contains { value in
            value.split(separator: ",").contains { ASCIICase.isEqual(HTTPToken.trimmed($0), "close") }
        }
    }

    /// The status in the log of a request that has none.
    private static let clientWentAway = 499

    private func account(isAnswered: Bool, _ duration: Duration) {
        // A head that the library refused, or that never came: no request of ours.
        guard course.phase != .head else { return }
        let status = course.phase == .answered ? course.status : Self.clientWentAway
        loop.meter.withLock { meter in
            if status == Self.clientWentAway { meter.abandonedRequests += 1 } else { meter.answeredRequests += 1 }
            meter.bytesIn += course.bytesIn
            if isAnswered { meter.bytesOut += course.bytesOut }
        }
        guard settings.logsRequests else { return }
        loop.service.log.info(
            isAnswered ? "request answered" : "request not answered to the end",
            [
                "method": course.method, "path": path, "status": status, "bytes": course.bytesOut,
                "ms": (duration.inSeconds * 100_000).rounded() / 100, "client": client, "request_id": course.requestID,
            ])
    }
}

extension Exchange.State {
    /// Made once: each request passes its end.
    private static let gone: any Error = ClientGone()

    fileprivate mutating func fail() -> BodyIntake.Effect? { intake.fail(Self.gone) }

    fileprivate var tasks: [Task<Void, Never>] { [handler, producer].compactMap { $0 } }
}

extension HTTPResponse {
    fileprivate var stream: StreamBody? {
        if case .stream(let stream) = body { stream } else { nil }
    }
}
