import AgBase
import AgJobs
import AgModel
import AgSQL

extension Images {
    /// Computed from the outcomes that are there; only an incomplete picture needs a look at its jobs.
    static func status(of image: Image, _ queue: JobQueue, in connection: any SQLConnection) throws -> ImageStatus {
        try statuses(of: [image], queue, in: connection)[0].status
    }

    /// Those of a page, whose outcomes are counted in one statement.
    static func statuses(
        of images: some Collection<Image>, _ queue: JobQueue, in connection: any SQLConnection
    ) throws -> [(image: Image, status: ImageStatus)] {
        let complete = try Variant.complete(among: images.map(\.original.id), in: connection)
        return try images.map { image in
            if complete.contains(image.original.id) { return (image, .completed) }
            let jobs = try queue.jobs(subject: image.id.text, in: connection).filter { $0.kind == .generateVariants }
            let work = jobs.compactMap { ImageStatus.Work($0.state) }
            return (image, ImageStatus(isComplete: false, work: work))
        }
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
