import AgBase
import AgJobs
import AgModel
import AgSQL

extension EventLog {
    /// Says in the log that something happened to an image.
    func append(_ type: EventType, _ image: Image, in tx: any SQLTransaction) throws {
        let data: JSONValue = ["imageId": .string(image.id.text), "generation": .int(image.generation)]
        try append(type, imageID: image.id.text, data: data.text, in: tx)
    }
}
