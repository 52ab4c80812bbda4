import AgBase
import AgJobs
import AgModel
import AgSQL

extension EventLog {
    /// Says in the log that something happened to an image.
    func append(_ type: EventType, _ image: Image, in tx: any SQLTransaction) throws {
        var data = JSONFields()
        data.add("imageId", image.id.text)
        data.add("generation", image.generation)
        try append(type, imageID: image.id.text, data: data.text, in: tx)
    }
}
