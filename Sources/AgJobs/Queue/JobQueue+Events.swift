internal import AgBase
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
        var fields = [
            "\"jobId\":\(JSONText.quote(id.text))", "\"jobName\":\(JSONText.quote(kind.rawValue))",
            "\"imageId\":\(imageID.map(JSONText.quote) ?? "null")", "\"state\":\"\(state.rawValue)\"",
            "\"attempt\":\(attempt)", "\"maxAttempts\":\(maxAttempts)", "\"progress\":\(progress)",
        ]
        if let duration { fields.append("\"duration\":\(duration.milliseconds)") }
        if let error { fields.append("\"error\":\(error.json)") }
        return "{\(fields.joined(separator: ","))}"
    }
}

extension JobRecord.Failure {
    fileprivate var json: String {
        let name = self.class?.rawValue ?? "internal"
        return "{\"code\":\(JSONText.quote(code)),\"class\":\"\(name)\",\"message\":\(JSONText.quote(message))}"
    }
}
