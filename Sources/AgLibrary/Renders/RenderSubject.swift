import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgModel

/// The image that something is made of, and what was made of it already.
struct RenderSubject: Sendable {
    let image: Image
    let variants: [Variant]

    func source(_ wish: RenderWish) -> RenderSource {
        RenderSource.choose(
            wish, width: image.original.width, height: image.original.height,
            among: variants.map { RenderSource.Candidate($0) })
    }

    func path(of name: VariantName) -> (path: BlobPath, byteCount: Int64)? {
        guard let variant = variants.first(where: { $0.name == name }), let path = variant.path else { return nil }
        return (path, variant.byteCount)
    }

    func delivered(_ wish: RenderWish, _ cached: CachedRender) -> Delivered {
        delivered(wish, cached.seal.sha256, cached.seal.length, cached.content)
    }

    func delivered(
        _ wish: RenderWish, _ sha256: SHA256Digest, _ length: Int64, _ content: BlobContent
    ) -> Delivered {
        Delivered(
            image: image, mediaType: wish.format.mediaType, sha256: sha256, byteCount: length,
            fileExtension: wish.format.fileExtension, content: content)
    }
}
