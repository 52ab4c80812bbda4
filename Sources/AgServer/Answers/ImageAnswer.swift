import AgBase
import AgContract
import AgCrypto
import AgImaging
import AgLibrary
import AgModel

/// An image as clients see it.
struct ImageAnswer {
    let links: Links

    func summary(_ image: Image, _ status: ImageStatus) -> API.Image {
        let original = image.original
        return API.Image(
            imageId: .init(image.id), status: .init(rawValue: status.rawValue), sha256: original.sha256.hex,
            mediaType: original.format.mediaType, width: original.width, height: original.height,
            fileSize: original.byteCount, generation: image.generation, originalFilename: image.filename,
            uploadedAt: .init(image.uploadedAt), url: links.original(image), thumbnailUrl: links.thumbnail(image))
    }

    func page(_ page: ImagePage) -> API.ImagePage {
        API.ImagePage(
            images: page.images.map { summary($0.image, $0.status) }, next: page.next?.text,
            total: page.total.map { Int($0) })
    }

    func upload(_ outcome: UploadOutcome) -> API.UploadedImage {
        API.UploadedImage(image: summary(outcome.image, outcome.status), isNew: outcome.isNew)
    }

    /// For the holder of an upload URL, a stranger: the name under which another caller uploaded the same bytes is not disclosed.
    func grantUpload(_ outcome: UploadOutcome) -> API.GrantUpload {
        var uploaded = upload(outcome)
        if !outcome.isNew { uploaded.image.originalFilename = nil }
        return API.GrantUpload(storageId: .init(outcome.image.original.id), uploaded: uploaded)
    }

    /// - Parameter showsPlace: whether the place where the picture was taken is told.
    func details(_ details: ImageDetails, showsPlace: Bool) -> API.ImageDetails {
        API.ImageDetails(
            image: summary(details.image, details.status), processedAt: processedAt(details).map { .init($0) },
            placeholder: details.insight?.placeholder.map { Base64.encode($0) },
            variants: details.variants.map { variant($0, details.image) },
            metadata: MetadataAnswer.value(details.insight, details.image, showsPlace: showsPlace),
            sessions: details.sessions, generations: [],
            srcset: .init(webp: srcset(details, .webp), avif: srcset(details, .avif)))
    }

    private func variant(_ variant: Variant, _ image: Image) -> API.Variant {
        API.Variant(
            variantType: variant.name.type, format: variant.name.format.rawValue, width: variant.width,
            height: variant.height, fileSize: variant.byteCount, encoding: variant.encoding?.rawValue,
            url: links.variant(variant.name, image))
    }

    /// When the last of the required outcomes was made; `nil` until then.
    private func processedAt(_ details: ImageDetails) -> Timestamp? {
        details.status == .completed ? details.variants.map(\.madeAt).max() : nil
    }

    /// What an `<img>` takes as it is. A size that the picture is too small for is left out.
    private func srcset(_ details: ImageDetails, _ format: VariantFormat) -> String {
        var widths: Set<Int> = []
        return details.variants
            .filter { $0.name != .thumbnail && $0.name.format == format && widths.insert($0.width).inserted }
            .map { "\(links.variant($0.name, details.image)) \($0.width)w" }
            .joined(separator: ", ")
    }
}

extension API.Identifier {
    /// The contract's ids are ours as texts.
    init(_ id: AgBase.Identifier<some Any>) { self.init(rawValue: id.text) }
}

extension API.Moment {
    init(_ moment: Timestamp) { self.init(rawValue: moment.rfc3339) }
}
