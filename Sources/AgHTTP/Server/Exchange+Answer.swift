import AgBase
import Glibc
import Synchronization

extension Exchange {
    /// Runs the handler on this loop, here and now as far as it gets without waiting.
    func startHandler() {
        guard let request = course.request else { return }
        course.hasHandler = true
        // The handler alone keeps it from here on.
        course.request = nil
        run { [self] in await atHand(await loop.service.handler(request)) }
    }

    /// The same for an answer that is there but for its file.
    func load(_ response: HTTPResponse) {
        course.hasHandler = true
        run { [self] in await atHand(response) }
    }

    private func run(_ answer: @escaping @Sendable () async -> HTTPResponse) {
        let task = start { [self] in finish(with: await answer()) }
        state.withLock { $0.handler = task }
        loop.runJobs()
    }

    /// Whether an answer can be sent without waiting for a disk. A long file is asked for its bytes while it is sent.
    func isAtHand(_ response: HTTPResponse) -> Bool {
        guard let (file, range) = response.fileToSend, course.method != .head else { return true }
        return range.count > DaemonResponse.longestMapped || loop.service.reads.access.isCached(file, range)
    }

    private func atHand(_ response: HTTPResponse) async -> HTTPResponse {
        guard !isAtHand(response), let (file, range) = response.fileToSend else { return response }
        return await loop.service.reads.load(file, range) ? response : unsendable(response)
    }

    /// Nothing of it runs before the loop's next `runJobs`.
    private func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        let loop = loop
        loop.taskStarted()
        return Task(executorPreference: loop) {
            await body()
            loop.taskEnded()
        }
    }

    /// The handler's answer; too late if the client is gone or the server has answered in its place.
    func finish(with response: HTTPResponse) {
        let (isTaken, isLate) = state.withLock { state in
            state.handler = nil
            guard state.outcome == nil, !state.isOver, !state.isDoomed else { return (false, false) }
            state.outcome = response
            resume(&state)
            return (true, state.isBodyLate)
        }
        if isLate { loop.perform { self.answerLate() } }
        if !isTaken, case .stream(let stream) = response.body { stream.close() }
    }

    /// Hands the answer to the library.
    func queue(_ response: HTTPResponse) -> Bool {
        let response = response.streamed
        course.phase = .answered
        course.status = response.status
        guard let message = message(for: response) ?? message(for: unsendable(response)) else { return false }
        defer { message.release() }
        guard connection.queue(course.status, message) else { return false }
        if case .stream(let stream) = response.body, course.method != .head { produce(stream) }
        return true
    }

    /// The same for an answer that the library may have had before.
    func queue(_ prepared: PreparedResponse) -> Bool {
        guard !loop.isDraining, let message = prepared.form(on: loop, id: course.requestID) else {
            return queue(prepared.response)
        }
        course.phase = .answered
        course.status = prepared.response.status
        course.bytesOut = prepared.response.body.length ?? 0
        return connection.queue(course.status, message)
    }

    /// An answer before the body was read; the library closes the connection after it, and what the client still sends
    /// is read off for a while, because closing over unread bytes would destroy the answer on its way.
    func queueEarly(_ response: HTTPResponse) -> Bool {
        record.lingers = true
        return queue(response)
    }

    private func message(for response: HTTPResponse) -> DaemonResponse? {
        guard let message = body(of: response) else { return nil }
        message.add(response.headers)
        message.add("X-Request-Id", course.requestID)
        if loop.isDraining || course.endsConnection { message.add("Connection", "close") }
        return message
    }

    private func body(of response: HTTPResponse) -> DaemonResponse? {
        if response.hasNoBody { return .withoutBody(response) }
        switch response.body {
        // Counted as it is sent.
        case .stream(let stream): return self.stream(stream)
        case .content where response.fileToSend.map { $0.1.count > DaemonResponse.longestMapped } == true:
            return response.fileToSend.flatMap { .pieces(BodySender(self, source($0, $1))) }
        case .empty, .bytes, .prepared, .content:
            course.bytesOut = course.method == .head ? 0 : response.body.length ?? 0
            return .body(response.body)
        }
    }

    private func source(_ file: OpenFile, _ range: Range<Int64>) -> FileSource {
        FileSource(file, range, loop.service.reads) { [weak self] in self?.wake() }
    }

    private func stream(_ stream: StreamBody) -> DaemonResponse? {
        state.withLock { $0.stream = stream }
        stream.attach { [weak self] in self?.wake() }
        let message = DaemonResponse.pieces(BodySender(self, stream))
        // The library would send an end of chunks, which is a body.
        if course.method == .head, stream.length == nil { message?.endByClosing() }
        return message
    }

    private func produce(_ stream: StreamBody) {
        if loop.isDraining, stream.endsOnShutdown { return stream.end() }
        guard let producer = stream.producer else { return }
        let log = loop.service.log
        let task = start { [self] in
            do {
                try await producer(stream)
                stream.end()
            } catch {
                if stream.isOpen, stream.length == nil { log.debug("stream broken off", ["error": "\(error)"]) }
                // The client sees it by the connection's end: its head has promised the length already.
                if stream.isOpen, stream.length != nil { log.error("content broken off", ["error": "\(error)"]) }
                stream.abort()
            }
            state.withLock { $0.producer = nil }
        }
        state.withLock { $0.producer = task }
        loop.runJobs()
    }

    func wake() {
        state.withLock { resume(&$0) }
    }

    /// A step of sending a body in pieces, which holds the connection when there is nothing to send.
    func stepOfBody(_ step: () -> StreamMachine.Read) -> StreamMachine.Read {
        let read = state.withLock { state in
            guard !state.isDoomed else { return StreamMachine.Read.broken }
            let read = step()
            if read == .nothingYet { suspend(&state) }
            return read
        }
        if case .bytes(let count) = read { course.bytesOut += Int64(count) }
        return read
    }

    /// The file behind an answer could not be read, or there is no memory: an honest error instead of a broken promise.
    private func unsendable(_ response: HTTPResponse) -> HTTPResponse {
        loop.service.log.error(
            "answer could not be sent",
            ["request_id": course.requestID, "path": path, "status": response.status])
        let fault = Fault(
            .internal, "internal-error", "The content could not be read; the request id leads to it in the log.")
        course.status = 500
        return problem(fault)
    }

    /// A problem that the server tells by itself.
    func problem(_ fault: Fault, status: Int? = nil) -> HTTPResponse {
        loop.service.problem(
            fault, status: status, requestID: course.requestID, path: path, head: course.head)
    }

    /// Answers in the middle of a body. The library takes no answer there, so the socket is written to directly; the
    /// connection is closed after it.
    func sendRaw(_ response: HTTPResponse) {
        guard let bytes = RawAnswer.bytes(response, requestID: course.requestID) else { return }
        guard record.send(bytes) else { return }
        course.phase = .answered
        course.status = response.status
        course.bytesOut = Int64(bytes.count)
    }
}

extension HTTPResponse {
    /// The same as it is sent: a content without a descriptor is read while it goes.
    fileprivate var streamed: HTTPResponse {
        guard !hasNoBody, case .content(let content, let range) = body, content.file == nil else { return self }
        var response = self
        response.body = .stream(StreamBody(content, range))
        return response
    }

    /// The descriptor of a content that has one.
    fileprivate var fileToSend: (OpenFile, Range<Int64>)? {
        guard !hasNoBody, case .content(let content, let range) = body, let file = content.file else { return nil }
        return (file, range)
    }
}
