import AgBase
import AgJobs
import AgModel
import AgSQL

extension EventLog {
    /// Says in the log that something happened to an image.
    func append(_ type: EventType, _ image: Image, in tx: any SQLTransaction) {
        append(type, image.id, image.generation, in: tx)
    }

    /// Says in the log that all images that show an original have something new.
    func appendUpdate(of original: OriginalID, in tx: any SQLTransaction) throws {
        for (id, generation) in try Image.generations(showing: original, in: tx) {
            append(.imageUpdated, id, generation, in: tx)
        }
    }

    private func append(_ type: EventType, _ id: ImageID, _ generation: Int64, in tx: any SQLTransaction) {
        let data: JSONValue = ["imageId": .string(id.text), "generation": .int(generation)]
        append(type, about: .image(id), data: data.text, in: tx)
    }
}
