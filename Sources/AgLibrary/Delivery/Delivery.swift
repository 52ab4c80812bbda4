import AgBase
import AgBlobs
import AgImaging
package import AgModel
import AgSQL

/// Hands out pictures' bytes: originals, thumbnails, variants.
package struct Delivery: Sendable {
    let database: any Database
    let blobs: any BlobStore
    let images: Images

    /// Throws `Fault`: 404 for an unknown image, 410 when its bytes were lost.
    package func original(_ id: ImageID) async throws -> Delivered {
        let image = try await images.image(id)
        let original = image.original
        if original.lostAt != nil { throw DeliveryRefusal.lost(id) }
        return Delivered(
            image: image, mediaType: original.format.mediaType, sha256: original.sha256, byteCount: original.byteCount,
            fileExtension: original.format.fileExtension,
            content: .file(try await open(original.path, original.byteCount)))
    }

    /// Throws `Fault` 404 for an unknown image or one whose processing failed, and `NotReady` while it is being made.
    package func variant(_ name: VariantName, of id: ImageID) async throws -> Delivered {
        let found = try await database.read { [images] connection in
            let image = try Images.require(id, in: connection)
            guard let variant = try StoredVariant.find(name, of: image.original.id, in: connection) else {
                throw try DeliveryRefusal.notMade(name, image, Images.status(of: image, images.queue, in: connection))
            }
            return (image: image, variant: variant)
        }
        return try await deliver(found.variant, of: found.image)
    }

    /// The smallest in bytes of a size's formats that the client takes: AVIF is not always smaller, least of all for
    /// drawings. Throws as `variant(_:of:)` does.
    ///
    /// - Parameter formats: at least one; of equal ones the first.
    package func variant(_ size: VariantSize, in formats: [VariantFormat], of id: ImageID) async throws -> Delivered {
        precondition(!formats.isEmpty, "A client that takes no format is refused before.")
        let names = formats.map { VariantName.sized(size, $0) }
        let sizes = try await database.read { connection in
            let original = try Images.require(id, in: connection).original.id
            return try names.map { try Variant.find($0, of: original, in: connection)?.byteCount ?? .max }
        }
        let smallest = zip(names, sizes).min { $0.1 < $1.1 }
        return try await variant(smallest?.0 ?? names[0], of: id)
    }

    func deliver(_ stored: StoredVariant, of image: Image) async throws -> Delivered {
        let variant = stored.variant
        let content: Delivered.Content
        if let path = variant.path {
            content = .file(try await open(path, variant.byteCount))
        } else {
            content = .bytes(stored.content ?? [])
        }
        return Delivered(
            image: image, mediaType: variant.name.format.mediaType, sha256: variant.sha256,
            byteCount: variant.byteCount, fileExtension: variant.name.format.rawValue, content: content)
    }

    /// A file of another length than its row is not served: better an error than wrong bytes.
    func open(_ path: BlobPath, _ byteCount: Int64) async throws -> OpenFile {
        do {
            let file = try await blobs.open(path)
            guard try file.length() == byteCount else { throw DeliveryRefusal.damaged }
            return file
        } catch let error as BlobError {
            throw error.fault
        }
    }
}
