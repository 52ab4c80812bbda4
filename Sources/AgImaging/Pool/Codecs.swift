package import AgBase
import CSandbox

/// The door to the codecs: children that read and make pictures, so that nothing a picture does can hurt the server.
///
/// Some are kept for probes, so that an upload is answered while all others render: two for a quick look, which is
/// enough for nearly every picture, and one for those that take longer. So pictures that are made to take long wait for
/// each other, and not the others for them.
package final class Codecs: Sendable {
    let settings: CodecSettings
    private let probes: JobLine
    private let patient: JobLine
    private let renders: JobLine
    private let ends: [Promise<Void>]

    /// Starts the children and lets one of each kind show that its sandbox and its formats are as they should be.
    /// Throws `CodecError` with the sentence for the operator.
    package static func start(_ settings: CodecSettings, log: Log) async throws -> Codecs {
        let codecs = try Codecs(settings, log)
        do {
            try await codecs.selfTest(codecs.probes)
            try await codecs.selfTest(codecs.renders)
        } catch {
            await codecs.shutdown()
            throw error
        }
        return codecs
    }

    private init(_ settings: CodecSettings, _ log: Log) throws(CodecError) {
        self.settings = settings
        probes = try JobLine(seats: settings.probeQueue)
        patient = try JobLine(seats: settings.probeQueue)
        renders = try JobLine()
        var ends: [Promise<Void>] = []
        let probe = (line: probes, memory: settings.probeMemory, niceness: 0)
        let look = (line: patient, memory: settings.probeMemory, niceness: settings.renderNiceness)
        let render = (line: renders, memory: settings.renderMemory, niceness: settings.renderNiceness)
        let kinds =
            Array(repeating: probe, count: settings.probes) + [look] + Array(repeating: render, count: settings.codecs)
        for (index, kind) in kinds.enumerated() {
            let worker = try CodecWorker(
                kind.line, settings, memory: kind.memory, niceness: kind.niceness, log: log)
            let end = Promise<Void>()
            worker.start("codec-\(index)") { end.resolve() }
            ends.append(end)
        }
        self.ends = ends
    }

    deinit {
        for line in [probes, patient, renders] { line.close() }
    }

    /// Reads a picture's header. Throws `CodecError`; `truncated` unless `allowDamaged`, `busy` when too many of this
    /// caller wait.
    package func probe(
        _ file: OpenFile, allowDamaged: Bool = false, for caller: Caller = .server
    ) async throws -> PictureProbe {
        let request = CodecRequest.probe(settings.limits, allowDamaged: allowDamaged)
        let reply: CodecReply
        do {
            reply = try await ask(request, about: file, on: probes, settings.quickTime, for: caller)
        } catch let error as CodecError where error.code == .timedOut || error.code == .stalled {
            reply = try await ask(request, about: file, on: patient, settings.probeTime, for: caller)
        }
        guard case .probe(let probe) = reply else { throw Self.nonsense }
        return probe
    }

    /// Reads what the camera wrote. A picture without notes has empty ones.
    package func metadata(_ file: OpenFile) async throws -> PictureMetadata {
        let reply = try await ask(
            .metadata(settings.limits), about: file, on: patient, settings.probeTime, for: .server)
        guard case .metadata(let metadata) = reply else { throw Self.nonsense }
        return metadata
    }

    /// Lets a child try to break out. For tests; refused unless the settings allow drills.
    package func drill(_ drill: SandboxDrill) async throws -> String {
        let replies = try await run(.drill(drill), files: [], on: renders, settings.probeTime)
        guard case .done(let words, _)? = replies.last, let word = words.first else { throw Self.nonsense }
        return word
    }

    /// Ends every child and waits for it. What was under way is answered with `unavailable`.
    package func shutdown() async {
        for line in [probes, patient, renders] { line.close() }
        for end in ends { await end.value }
    }

    static let nonsense = CodecError(.crashed, "The picture's decoder answered another question than ours.")

    private func ask(
        _ request: CodecRequest, about file: OpenFile, on line: JobLine, _ allowance: Allowance, for caller: Caller
    ) async throws -> CodecReply {
        let picture = try ReadOnlyCopy.of(file)
        let replies = try await run(request, files: [picture], on: line, allowance, for: caller)
        guard let reply = replies.last else { throw Self.nonsense }
        return reply
    }

    private func selfTest(_ line: JobLine) async throws {
        _ = try await run(.selfTest, files: [], on: line, Allowance(processor: settings.startDeadline))
    }

    /// Every reply to a request whose replies are few.
    private func run(
        _ request: CodecRequest, files: [OpenFile], on line: JobLine, _ allowance: Allowance,
        for caller: Caller = .server
    ) async throws -> [CodecReply] {
        var replies: [CodecReply] = []
        for try await reply in stream(request, files, on: line, allowance, for: caller) { replies.append(reply) }
        return replies
    }

    /// The replies as they come. Ending the iteration early, or cancelling the task, drops the work.
    func stream(
        _ request: CodecRequest, _ files: [OpenFile], on line: JobLine? = nil, _ allowance: Allowance,
        for caller: Caller = .server, urgent: Bool = false
    ) -> AsyncThrowingStream<CodecReply, any Error> {
        // Unbounded, but an order has at most a few dozen replies.
        let (stream, sink) = AsyncThrowingStream<CodecReply, any Error>.makeStream()
        let job = CodecJob(
            request, files: files, allowance: allowance, deliver: { sink.yield($0) },
            finish: { sink.finish(throwing: $0) })
        sink.onTermination = { reason in
            if case .cancelled = reason { job.cancel() }
        }
        (line ?? renders).add(job, for: caller, urgent: urgent)
        return stream
    }
}

extension CodecSettings {
    /// No more than the whole look may cost.
    fileprivate var quickTime: Allowance {
        Allowance(
            processor: min(quickProbeTime.processor, probeTime.processor),
            wall: min(quickProbeTime.wall, probeTime.wall))
    }
}
