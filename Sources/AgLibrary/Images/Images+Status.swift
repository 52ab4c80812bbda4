import AgBase
import AgJobs
import AgModel
import AgSQL

extension Images {
    /// Computed from the outcomes that are there; only an incomplete picture needs a look at its jobs.
    static func status(of image: Image, _ queue: JobQueue, in connection: any SQLConnection) throws -> ImageStatus {
        let isComplete = try Variant.isComplete(image.original.id, in: connection)
        if isComplete { return .completed }
        let jobs = try queue.jobs(subject: image.id.text, in: connection).filter { $0.kind == .generateVariants }
        return ImageStatus(isComplete: false, work: jobs.compactMap { ImageStatus.Work($0.state) })
    }
}

extension ImageStatus.Work {
    init?(_ state: JobState) {
        switch state {
        case .queued: self = .waiting
        case .active: self = .running
        case .failed, .cancelled: self = .gaveUp
        case .completed: return nil
        }
    }
}
