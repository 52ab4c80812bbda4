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
    /// Everything that writes about a picture says so here.
    package let cache: DeliveryCache

    /// Up to this length a file is read once and kept; sending it from memory is then cheaper than from the disk.
    static let keptLength: Int64 = 64 << 10

    /// Throws `Fault`: 404 for an unknown image, 410 when its bytes were lost.
    package func original(_ id: ImageID) async throws -> Delivered {
        try await cached(DeliveryKey(image: id, form: .original)) { try await findOriginal(id) }
    }

    /// Throws `Fault` 404 for an unknown image or one whose processing failed, and `NotReady` while it is being made.
    package func variant(_ name: VariantName, of id: ImageID) async throws -> Delivered {
        try await cached(DeliveryKey(image: id, form: .variant(name))) { try await findVariant(name, of: id) }
    }

    private func cached(_ key: DeliveryKey, _ find: () async throws -> Delivered) async throws -> Delivered {
        if let known = cache.value(for: key) { return known }
        let ticket = cache.ticket()
        let found = try await find()
        cache.keep(found, for: key, ticket)
        return found
    }

    private func findOriginal(_ id: ImageID) async throws -> Delivered {
        try await unlessReplaced { try await deliverOriginal(of: try await images.image(id)) }
    }

    /// Throws `Fault` 410 when its bytes were lost.
    func deliverOriginal(of image: Image) async throws -> Delivered {
        let original = image.original
        if original.lostAt != nil { throw DeliveryRefusal.lost(image.id) }
        return Delivered(
            image: image, mediaType: original.format.mediaType, sha256: original.sha256,
            byteCount: original.byteCount, fileExtension: original.format.fileExtension,
            content: try await content(original.path, original.byteCount))
    }

    private func findVariant(_ name: VariantName, of id: ImageID) async throws -> Delivered {
        try await unlessReplaced {
            let found = try await database.read(.lookUp) { [images] connection in
                let image = try Images.require(id, in: connection)
                guard let variant = try StoredVariant.find(name, of: image.original.id, in: connection) else {
                    throw try DeliveryRefusal.notMade(
                        name, image, Images.status(of: image, images.queue, in: connection))
                }
                return (image: image, variant: variant)
            }
            return try await deliver(found.variant, of: found.image)
        }
    }

    /// Looks a second time when a file is not there: it may have been replaced by another one, under another name,
    /// between reading its row and opening it.
    func unlessReplaced<Value: Sendable>(_ find: () async throws -> Value) async throws -> Value {
        do {
            return try await find()
        } catch let error as BlobError where error.code == .notFound {
            do {
                return try await find()
            } catch let error as BlobError {
                throw error.fault
            }
        }
    }

    /// The smallest in bytes of a size's formats that the client takes: AVIF is not always smaller, least of all for
    /// drawings. Throws as `variant(_:of:)` does.
    ///
    /// - Parameter formats: at least one; of equal ones the first.
    package func variant(_ size: VariantSize, in formats: [VariantFormat], of id: ImageID) async throws -> Delivered {
        precondition(!formats.isEmpty, "A client that takes no format is refused before.")
        var smallest: Delivered?
        for format in formats {
            // One that is missing or damaged is no reason not to send the other.
            guard let found = try? await variant(.sized(size, format), of: id) else { continue }
            if found.byteCount < smallest?.byteCount ?? .max { smallest = found }
        }
        if let smallest { return smallest }
        return try await variant(.sized(size, formats[0]), of: id)
    }

    func deliver(_ stored: StoredVariant, of image: Image) async throws -> Delivered {
        let variant = stored.variant
        let content: BlobContent
        if let path = variant.path {
            content = try await self.content(path, variant.byteCount)
        } else {
            content = BlobContent(stored.content ?? [])
        }
        return Delivered(
            image: image, mediaType: variant.name.format.mediaType, sha256: variant.sha256,
            byteCount: variant.byteCount, fileExtension: variant.name.format.rawValue, content: content)
    }

    private func content(_ path: BlobPath, _ byteCount: Int64) async throws -> BlobContent {
        try await answering { try await blobs.open(path, byteCount: byteCount, readingUpTo: Self.keptLength) }
    }

    /// A blob's bytes for a codec. Throws as the pictures themselves do.
    func local(_ path: BlobPath, _ byteCount: Int64) async throws -> OpenFile {
        try await answering { try await blobs.local(path, byteCount: byteCount) }
    }

    /// A blob that has changed is not served: better an error than wrong bytes. Throws `BlobError` with `.notFound` when there
    /// is none, for `unlessReplaced`, and `Fault` for any other reason.
    private func answering<Value: Sendable>(_ open: () async throws -> Value) async throws -> Value {
        do {
            return try await open()
        } catch let error as BlobError where error.code != .notFound {
            throw error.fault
        }
    }
}
