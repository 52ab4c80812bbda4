import AgBase
import Synchronization

extension EventLoop {
    /// Answers a request that the library refuses by itself, because it cannot read it or has no room for it: with the same
    /// kind of problem as every other refusal, counted, and logged once. The library then closes the connection.
    ///
    /// - Returns: whether the answer was sent.
    func refused(_ record: ConnectionRecord, status: Int) -> Bool {
        let course = record.exchange?.course
        let fault = Self.fault(status, isInBody: course?.head != nil)
        let requestID = course.flatMap { $0.requestID.isEmpty ? nil : $0.requestID } ?? RequestID.make()
        let response = service.problem(
            fault, status: status, requestID: requestID, path: record.exchange?.path ?? "/", head: course?.head)
        guard let bytes = RawAnswer.bytes(response, requestID: requestID), record.send(bytes) else { return false }
        meter.withLock { $0.refusedRequests += 1 }
        if let exchange = record.exchange, course?.head != nil {
            exchange.course.phase = .answered
            exchange.course.status = status
        } else {
            log(fault, status, requestID, record)
        }
        return true
    }

    /// Notes a connection that ends at its first line, and was ended neither by its client nor by us: where a request line
    /// has not even a space, the library closes without a word.
    func noteIfUnheard(_ record: ConnectionRecord) {
        guard record.isUnheard else { return }
        meter.withLock { $0.refusedRequests += 1 }
        log(Self.fault(400, isInBody: false), 400, RequestID.make(), record)
    }

    /// All but a head that never came have a request, which writes its own line.
    func noteCut(_ record: ConnectionRecord, _ verdict: ConnectionWatch.Verdict) {
        let facts: Log.Facts = ["reason": "\(verdict)", "client": record.peer]
        verdict == .slowHead ? service.log.info("connection cut", facts) : service.log.debug("connection cut", facts)
    }

    /// The exchange, if there is one, has no head and writes no line.
    private func log(_ fault: Fault, _ status: Int, _ requestID: String, _ record: ConnectionRecord) {
        guard service.settings.logsRequests else { return }
        service.log.info(
            "request refused",
            [
                "code": fault.code, "path": record.exchange?.path ?? "", "status": status, "client": record.peer,
                "request_id": requestID,
            ])
    }

    private static func fault(_ status: Int, isInBody: Bool) -> Fault {
        switch status {
        case 413: Fault(.tooLarge, "body-too-large", "The body, or a piece of it, is larger than can be read here.")
        case 414: Fault(.badRequest, "target-too-long", "The request target is longer than can be read here.")
        case 431: Fault(.badRequest, "head-too-large", "The request's header fields are longer than can be read here.")
        case 501: Fault(.badRequest, "not-implemented", "The request asks for something of HTTP that is not done here.")
        case 505: Fault(.badRequest, "unknown-version", "The request is not of HTTP/1.0 or HTTP/1.1.")
        case 500...: Fault(.internal, "internal-error", "The request could not be read.")
        default:
            isInBody
                ? Fault(.badRequest, "malformed-body", "The body's chunks break the rules of HTTP/1.1.")
                : Fault(.badRequest, "malformed-head", "The request's head breaks the rules of HTTP/1.1.")
        }
    }
}
