import AgBase
import AgJobs
import AgModel
import AgSQL

extension Images {
    /// Computed from the outcomes that are there; only an incomplete picture needs a look at its jobs.
    static func status(of image: Image, _ queue: JobQueue, in connection: any SQLConnection) throws -> ImageStatus {
        try statuses(of: [image], queue, in: connection)[0].status
    }

    /// For whoever has read the image's jobs anyway.
    static func status(
        showing original: OriginalID, _ jobs: [JobRecord], in connection: any SQLConnection
    ) throws -> ImageStatus {
        let isComplete = try !Variant.complete(among: [original], in: connection).isEmpty
        return ImageStatus(isComplete: isComplete, work: work(jobs))
    }

    /// Those of a page, whose outcomes are counted in one statement.
    static func statuses(
        of images: some Collection<Image>, _ queue: JobQueue, in connection: any SQLConnection
    ) throws -> [(image: Image, status: ImageStatus)] {
        let complete = try Variant.complete(among: images.map(\.original.id), in: connection)
        return try images.map { image in
            let isComplete = complete.contains(image.original.id)
            return (image, isComplete ? .completed : try incomplete(image, queue, in: connection))
        }
    }

    private static func incomplete(
        _ image: Image, _ queue: JobQueue, in connection: any SQLConnection
    ) throws -> ImageStatus {
        let jobs = try queue.jobs(subject: image.original.id.text, of: image.id.text, in: connection)
        return ImageStatus(isComplete: false, work: work(jobs))
    }

    private static func work(_ jobs: [JobRecord]) -> [ImageStatus.Work] {
        jobs.filter { $0.kind == .generateVariants }.compactMap { ImageStatus.Work($0.state) }
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
