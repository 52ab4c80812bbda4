import AgBase
import AgBlobs
import AgImaging
import AgJobs
import AgModel
import AgSQL

/// Makes everything that a page needs from one picture, with one decode: the thumbnail, which is stored and told of
/// first, then the variants, the placeholder and the colours.
struct VariantsJob: JobHandler {
    let kind = JobKind.generateVariants
    let policy: JobPolicy
    let database: any Database
    let blobs: any BlobStore
    let codecs: Codecs
    let events: EventLog
    let removals: BlobRemovals
    let nodes: Nodes?
    let time: any TimeSource

    func run(_ job: ActiveJob) async throws -> @Sendable (any SQLTransaction) throws -> Void {
        guard let work = try await work(for: job) else { return { _ in } }
        let recorder = VariantRecorder(
            original: work.original, blobs: blobs, removals: removals, nodes: nodes, time: time)
        let result = try await render(work, for: job, recorder)
        job.report(progress: 90)
        let variants = try await recorder.keep(result.outputs)
        job.afterCompletion { await recorder.settle(variants) }
        return { tx in
            try recorder.record(variants, in: tx)
            try Insight.record(result.analysis, for: work.original.id, at: time.now(), in: tx)
            if result.hasLostData { try work.original.markDamaged(in: tx) }
            try events.appendUpdate(of: work.original.id, in: tx)
        }
    }

    /// What is to be made; `nil` when the original is gone or nothing is missing.
    private func work(for job: ActiveJob) async throws -> VariantWork? {
        try await database.read(.lookUp) { connection in
            guard let original = try job.original(in: connection) else { return nil }
            let missing = try Variant.missing(of: original.id, in: connection)
            let names = job.options.contains(.again) ? VariantName.required : missing
            let tolerates = original.isDamaged || job.options.contains(.allowDamaged)
            return names.isEmpty ? nil : VariantWork(original: original, names: names, toleratesDamage: tolerates)
        }
    }

    private func render(
        _ work: VariantWork, for job: ActiveJob, _ recorder: VariantRecorder
    ) async throws -> RenderResult {
        do {
            let file = try await blobs.local(work.original.path, byteCount: work.original.byteCount)
            return try await codecs.render(file, work.order) { picture in
                let thumbnail = try VariantRow(thumbnail: picture)
                try await job.commit { tx in
                    try recorder.record([thumbnail], in: tx)
                    try events.appendUpdate(of: work.original.id, in: tx)
                }
                job.report(progress: 30)
            }
        } catch let error as CodecError {
            throw JobFailure(error)
        } catch let error as BlobError {
            throw JobFailure(error, "original-unreadable")
        }
    }
}

/// One picture's work: which outcomes, of which original.
struct VariantWork: Sendable {
    let original: Original
    let names: [VariantName]
    let toleratesDamage: Bool

    var order: RenderOrder { .current(names, toleratesDamage: toleratesDamage) }
}

extension JobFailure {
    /// A codec that died may have had bad luck; bytes that do not decode, or not in their time, never will. That no codec
    /// could be started, or had no processor time, says nothing of the picture.
    init(_ error: CodecError) {
        self.init(ErrorClass(error), error.code.rawValue, error.message, cause: error)
        blamesTheMachine = error.blamesTheMachine
        // A picture that stalls every child has to end.
        freeTimes = error.code == .stalled ? 2 : nil
        // As a rule the next child is on its way; a machine that is too busy stays so for longer.
        troubleLasts = error.code == .stalled ? .seconds(30) : .seconds(3)
    }
}

extension JobFailure {
    /// A full disk or a lack of descriptors passes; an unreadable file may be damaged for ever.
    init(_ error: BlobError, _ code: String) {
        self.init(.internal, code, error.message, cause: error)
        blamesTheMachine = error.code == .full || error.code == .exhausted
    }
}

extension ErrorClass {
    init(_ error: CodecError) {
        switch error.code {
        case .crashed: self = .crash
        default: self = error.blamesThePicture ? .invalid : .internal
        }
    }
}
