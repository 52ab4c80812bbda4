import AgBase
import AgBlobs
package import AgImaging
package import AgJobs
import AgModel
package import AgSQL

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
    let time: any TimeSource

    func run(_ job: ActiveJob) async throws -> @Sendable (any SQLTransaction) throws -> Void {
        guard let work = try await work(for: job) else { return { _ in } }
        let desk = VariantDesk(job: job, work: work, parts: self)
        let result = try await render(work, at: desk)
        return try await desk.finish(result)
    }

    /// What is to be made; `nil` when the image is gone or nothing is missing.
    private func work(for job: ActiveJob) async throws -> VariantWork? {
        guard let id = ImageID(untrusted: job.subject) else { return nil }
        return try await database.read { connection in
            guard let image = try Image.find(id, in: connection) else { return nil }
            let missing = try Variant.missing(of: image.original.id, in: connection)
            let names = job.makesAgain ? VariantName.required : missing
            return names.isEmpty ? nil : VariantWork(image: image, names: names)
        }
    }

    private func render(_ work: VariantWork, at desk: VariantDesk) async throws -> RenderResult {
        do {
            let file = try await blobs.open(work.image.original.path)
            return try await codecs.render(file, work.order) { picture in try await desk.take(picture) }
        } catch let error as CodecError {
            throw JobFailure(error)
        } catch let error as BlobError {
            throw JobFailure(class: .internal, code: "original-unreadable", message: error.message, cause: error)
        }
    }
}

/// One picture's work: which outcomes, for which image.
struct VariantWork: Sendable {
    let image: Image
    let names: [VariantName]

    var order: RenderOrder { .current(thumbnail: names.contains(.thumbnail), names) }
}

extension JobFailure {
    /// A codec that died or hung may have had bad luck; bytes that do not decode never will.
    init(_ error: CodecError) {
        self.init(class: ErrorClass(error), code: error.code.rawValue, message: error.message, cause: error)
    }
}

extension ErrorClass {
    init(_ error: CodecError) {
        switch error.code {
        case .crashed: self = .crash
        case .timedOut: self = .timeout
        default: self = error.blamesThePicture ? .invalid : .internal
        }
    }
}
