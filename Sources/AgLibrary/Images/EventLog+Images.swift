import AgBase
import AgJobs
import AgModel
import AgSQL

extension EventLog {
    /// Says in the log that something happened to an image.
    func append(_ type: EventType, _ image: Image, in tx: any SQLTransaction) throws {
        try append(type, image.id, image.generation, in: tx)
    }

    /// Says in the log that all images that show an original have something new.
    func appendUpdate(of original: OriginalID, in tx: any SQLTransaction) throws {
        for id in try Image.ids(showing: original, in: tx) {
            let generation: Int64? = try tx.value("SELECT generation FROM images WHERE id = \(id)")
            if let generation { try append(.imageUpdated, id, generation, in: tx) }
        }
    }

    private func append(_ type: EventType, _ id: ImageID, _ generation: Int64, in tx: any SQLTransaction) throws {
        let data: JSONValue = ["imageId": .string(id.text), "generation": .int(generation)]
        try append(type, imageID: id.text, data: data.text, in: tx)
    }
}
