import AgBase
import CMicrohttpd
import Synchronization

extension Exchange {
    /// What the library hands over with a callback.
    @safe struct Arrival {
        /// Where the request line lies in the library's memory.
        let line: cmhd_line
        let bytes: UnsafeRawBufferPointer
    }

    /// One callback of the library. `taken` says how many of the bytes were used. `false` closes the connection.
    func proceed(_ arrival: Arrival, taken: inout Int) -> Bool {
        if state.withLock({ $0.isDoomed }) { return false }
        switch course.phase {
        case .head: return begin(arrival)
        case .deciding: return decide()
        case .body: return unsafe arrival.bytes.isEmpty ? finishBody() : takeBody(arrival.bytes, &taken)
        case .answering: return answer()
        case .answered: return true
        }
    }

    private func begin(_ arrival: Arrival) -> Bool {
        record.headIsComplete()
        course.method = unsafe HTTPMethod(rawValue: String(cString: arrival.line.method))
        do {
            let head = try unsafe ReceivedHead(connection, arrival.line, loop.service)
            course.requestID = RequestID.choose(head.headers)
            let client = settings.trustedProxies.client(peer: record.peer, head.headers)
            let request = HTTPRequestHead(
                method: course.method, target: target, headers: head.headers, peer: client)
            course.head = request
            try accept(request, head.version)
        } catch {
            return refuse(error)
        }
        if course.phase == .answering { return true }
        startHandler()
        return decide()
    }

    private func accept(_ head: HTTPRequestHead, _ version: String) throws {
        guard target.utf8.count <= settings.maxTargetLength else {
            throw Framing.Refusal(
                414, "target-too-long", "The request target is longer than \(settings.maxTargetLength) bytes.")
        }
        guard !course.method.rawValue.isEmpty, course.method.rawValue.utf8.allSatisfy(HTTPToken.isTokenByte) else {
            throw Framing.Refusal(400, "invalid-method", "The method holds a character that no method has.")
        }
        course.isLast = version != "HTTP/1.1"
        let framing = try Framing(head.headers, version: version)
        course.expectsContinue = framing.expectsContinue
        course.endsConnection = framing.body == .chunked
        if framing.body == .none { course.ready = loop.service.ready(head) }
        if course.ready == nil {
            course.request = try HTTPRequest(head, body: body(framing.body), id: course.requestID)
        }
        course.phase = framing.body == .none ? .answering : .deciding
    }

    private func body(_ framing: Framing.Body) -> RequestBody {
        switch framing {
        case .none: return .empty
        case .length(let bytes): course.declaredLength = bytes
        case .chunked: course.declaredLength = nil
        }
        return RequestBody(source: ConnectionBody(self), declaredLength: course.declaredLength)
    }

    /// A head that breaks the rules: answered at once, and the connection with it, as it is unknown where the next one starts.
    private func refuse(_ error: any Error) -> Bool {
        if error as? Framing.Refusal == .headTooLarge {
            _ = loop.refused(record, status: 431)
            return false
        }
        if course.requestID.isEmpty { course.requestID = RequestID.make() }
        let fault: Fault
        var status: Int?
        if let refusal = error as? Framing.Refusal {
            fault = Fault(.badRequest, refusal.code, refusal.message)
            status = refusal.status
        } else {
            fault = error as? Fault ?? ErrorTranslation.fault(for: error)
        }
        loop.meter.withLock { $0.refusedRequests += 1 }
        return queueEarly(problem(fault, status: status))
    }

    /// The body is there for the taking: does the handler want it, or has it answered without?
    private func decide() -> Bool {
        enum Step { case read, answer(HTTPResponse), wait }
        let step: Step = state.withLock { state in
            if let outcome = state.outcome { return .answer(outcome) }
            if state.intake.isWanted { return .read }
            suspend(&state)
            return .wait
        }
        switch step {
        case .wait: return true
        case .read:
            course.phase = .body
            return true
        case .answer(let response): return answerUnread(response)
        }
    }

    /// A short body is read off, which keeps the connection; a long one, or one that was not sent yet, is not asked for.
    private func answerUnread(_ response: HTTPResponse) -> Bool {
        guard let length = course.declaredLength, length <= settings.drainLimit, !course.expectsContinue else {
            return queueEarly(response)
        }
        state.withLock { $0.intake.discard() }
        course.phase = .body
        return true
    }

    private func takeBody(_ bytes: UnsafeRawBufferPointer, _ taken: inout Int) -> Bool {
        let (count, isDiscarding, effect) = state.withLock { state in
            if state.outcome != nil { state.intake.discard() }
            let (count, effect) = unsafe state.intake.feed(bytes)
            if count < bytes.count { suspend(&state) }
            return (count, state.intake.isDiscarding, effect)
        }
        taken = count
        course.bytesIn += Int64(count)
        effect?()
        return isDiscarding ? discarded(count) : true
    }

    /// The rest of the body is not wanted: worth reading if little is left, otherwise the answer is given in the middle.
    private func discarded(_ count: Int) -> Bool {
        course.discarded += Int64(count)
        let rest = course.declaredLength.map { $0 - course.bytesIn } ?? 0
        if course.discarded + rest <= settings.drainLimit { return true }
        if let response = state.withLock({ $0.outcome }) { sendRaw(response) }
        return false
    }

    private func finishBody() -> Bool {
        course.phase = .answering
        state.withLock { $0.intake.finish() }?()
        return answer()
    }

    private func answer() -> Bool {
        if !course.hasHandler {
            switch course.ready {
            case .prepared(let prepared)?: return queue(prepared)
            case .single(let response)? where isAtHand(response): return queue(response)
            case .single(let response)?: load(response)
            case nil: startHandler()
            }
        }
        let response: HTTPResponse? = state.withLock { state in
            if state.outcome == nil { suspend(&state) }
            return state.outcome
        }
        return response.map(queue) ?? true
    }
}
