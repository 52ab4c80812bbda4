import AgBase
import Synchronization

/// Bodies whose reader gave them a deadline as a whole.
extension Exchange {
    func bodyMustArrive(within limit: Duration) {
        state.withLock { $0.bodyDeadline = .now + limit }
    }

    /// Fails a body that is late: its reader gets 408, and what the handler makes of it is sent at once, for the client may
    /// never send the rest. On the loop's thread.
    func checkDeadline(_ now: SuspendingClock.Instant) {
        guard course.phase == .body else { return }
        let fault = Fault(
            .timedOut, "body-too-slow", "The body did not arrive in time; send it faster, or ask again.",
            isRetryable: true)
        let effect = state.withLock { state -> BodyIntake.Effect? in
            guard let deadline = state.bodyDeadline, now >= deadline, state.outcome == nil else { return nil }
            state.bodyDeadline = nil
            state.isBodyLate = true
            return state.intake.fail(fault)
        }
        effect?()
    }

    /// The answer to a late body, in the middle of it; the connection ends with it. On the loop's thread.
    func answerLate() {
        guard course.phase == .body else { return }
        let response: HTTPResponse? = state.withLock { state in
            guard !state.isOver, !state.isDoomed, let outcome = state.outcome else { return nil }
            state.isDoomed = true
            resume(&state)
            return outcome
        }
        guard let response else { return }
        sendRaw(response)
        // The library closes the connection at its next callback, or when its own clock says so.
        connection.expire()
    }
}
