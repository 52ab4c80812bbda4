import AgImaging
import AgModel

extension RenderOrder {
    /// What the current recipe asks a codec child for.
    static func current(_ names: [VariantName], toleratesDamage: Bool) -> RenderOrder {
        let outputs = names.compactMap { name -> RenderOutput? in
            guard case .sized(let size, let format) = name else { return nil }
            return RenderOutput(
                name: name.description, width: size.width, format: PictureFormat(format),
                quality: size.perceptualQuality)
        }
        let side = ThumbnailOrder(side: Recipe.thumbnailSide, quality: Recipe.thumbnailQuality)
        return RenderOrder(
            thumbnail: names.contains(.thumbnail) ? side : nil, outputs: outputs, toleratesDamage: toleratesDamage,
            seeksForms: true)
    }
}

extension PictureFormat {
    init(_ format: VariantFormat) {
        switch format {
        case .webp: self = .webp
        case .avif: self = .avif
        }
    }
}
