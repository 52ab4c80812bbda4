package import AgBase
internal import AgModel
internal import AgSQL

extension JobQueue {
    /// Writes the event that belongs to the state `record` is in now, once for each image that it is about.
    /// Returns the record as each was shown it.
    @discardableResult
    func announce(_ record: JobRecord, duration: Duration? = nil, in tx: any SQLTransaction) throws -> [JobRecord] {
        let type = Self.type(of: record.state)
        let all = try withImages(record, in: tx)
        for shown in all {
            events.append(type, about: shown.eventSubject, data: shown.eventData(duration: duration), in: tx)
        }
        return all
    }

    /// The record as each of its images' listeners shall see it. One whose images are gone is shown with the one that
    /// it was asked for.
    func withImages(_ record: JobRecord, in connection: any SQLConnection) throws -> [JobRecord] {
        guard record.isAboutImage else { return [record] }
        let images = try audience.images(of: record.subject, in: connection)
        return images.isEmpty ? [record] : images.map { record.shown(for: $0) }
    }

    /// A cancelled job is told as a failed one whose state says why: listeners know five types.
    private static func type(of state: JobState) -> EventType {
        switch state {
        case .queued: .jobQueued
        case .active: .jobActive
        case .completed: .jobCompleted
        case .failed, .cancelled: .jobFailed
        }
    }
}

extension JobRecord {
    /// The JSON that listeners get. `duration` is in milliseconds.
    func eventData(duration: Duration? = nil) -> String {
        var members: [JSONValue.Member] = [
            .init(name: "jobId", value: .string(id.text)), .init(name: "jobName", value: .string(kind.rawValue)),
            .init(name: "imageId", value: .optional(imageID)), .init(name: "state", value: .string(state.rawValue)),
            .init(name: "attempt", value: .int(attempt)), .init(name: "maxAttempts", value: .int(maxAttempts)),
            .init(name: "progress", value: .int(progress)),
        ]
        if let duration { members.append(.init(name: "duration", value: .int(duration.milliseconds))) }
        if let error { members.append(.init(name: "error", value: error.json)) }
        return JSONValue.object(members).text
    }
}

extension JobRecord.Failure {
    /// As events and answers show it.
    package var json: JSONValue {
        [
            "code": .string(code), "class": .string(`class`?.rawValue ?? ErrorClass.internal.rawValue),
            "message": .string(message),
        ]
    }
}
