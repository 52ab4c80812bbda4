import AgBase
import AgCrypto
import AgImaging
import AgLibrary
import AgModel

/// An image as clients see it.
struct ImageAnswer {
    let links: Links

    /// The members that every answer about an image has.
    func members(_ image: Image, _ status: ImageStatus) -> [JSONValue.Member] {
        let original = image.original
        return [
            .init(name: "imageId", value: .string(image.id.text)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "sha256", value: .string(original.sha256.hex)),
            .init(name: "mediaType", value: .string(original.format.mediaType)),
            .init(name: "width", value: .int(original.width)),
            .init(name: "height", value: .int(original.height)),
            .init(name: "fileSize", value: .int(original.byteCount)),
            .init(name: "generation", value: .int(image.generation)),
            .init(name: "originalFilename", value: .optional(image.filename)),
            .init(name: "uploadedAt", value: .time(image.uploadedAt)),
            .init(name: "url", value: .string(links.original(image))),
            .init(name: "thumbnailUrl", value: .string(links.thumbnail(image))),
        ]
    }

    func summary(_ image: Image, _ status: ImageStatus) -> JSONValue { .object(members(image, status)) }

    func upload(_ outcome: UploadOutcome) -> JSONValue {
        var all = members(outcome.image, outcome.status)
        all.insert(.init(name: "isNew", value: .bool(outcome.isNew)), at: 1)
        return .object(all)
    }

    /// - Parameter showsPlace: whether the place where the picture was taken is told.
    func details(_ details: ImageDetails, showsPlace: Bool) -> JSONValue {
        let image = details.image
        return .object(
            members(image, details.status) + [
                .init(name: "processedAt", value: .time(processedAt(details))),
                .init(name: "placeholder", value: .optional(details.insight?.placeholder.map { base64($0) })),
                .init(name: "variants", value: .array(details.variants.map { variant($0, image) })),
                .init(name: "metadata", value: MetadataAnswer.json(details.insight, image, showsPlace: showsPlace)),
                .init(name: "sessions", value: .array(details.sessions.map { .string($0) })),
                .init(name: "generations", value: []),
                .init(name: "srcset", value: srcset(details)),
            ])
    }

    private func variant(_ variant: Variant, _ image: Image) -> JSONValue {
        [
            "variantType": .string(variant.name.type), "format": .string(variant.name.format.rawValue),
            "width": .int(variant.width), "height": .int(variant.height), "fileSize": .int(variant.byteCount),
            "encoding": .optional(variant.encoding?.rawValue),
            "url": .string(links.variant(variant.name, image)),
        ]
    }

    /// When the last of the required outcomes was made; `nil` until then.
    private func processedAt(_ details: ImageDetails) -> Timestamp? {
        details.status == .completed ? details.variants.map(\.madeAt).max() : nil
    }

    /// What an `<img>` takes as it is, per format. A size that the picture is too small for is left out.
    private func srcset(_ details: ImageDetails) -> JSONValue {
        .object(
            VariantFormat.allCases.map { format in
                var widths: Set<Int> = []
                let entries = details.variants
                    .filter { $0.name != .thumbnail && $0.name.format == format && widths.insert($0.width).inserted }
                    .map { "\(links.variant($0.name, details.image)) \($0.width)w" }
                return .init(name: format.rawValue, value: .string(entries.joined(separator: ", ")))
            })
    }
}
