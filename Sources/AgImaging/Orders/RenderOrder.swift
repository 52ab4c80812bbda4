/// What to make of one picture: all of it from one decode.
package struct RenderOrder: Sendable, Codable, Equatable {
    /// Made and delivered before everything else.
    package var thumbnail: ThumbnailOrder?
    package var outputs: [RenderOutput]
    package var wantsAnalysis: Bool
    /// Makes what can be made of a file that ends early, instead of failing with `truncated`.
    package var toleratesDamage: Bool
    /// How much smaller our own filter makes the picture at the least, where a decoder can leave detail out by itself.
    ///
    /// 2 looks best. 1 takes about half of the time, and costs up to 2 points of SSIMULACRA2: for whoever waits.
    package var leastReduction: Int
    /// Encodes graphics in several forms and keeps the smallest that has the right colours; otherwise every output is
    /// encoded once, at the quality it names. Photographs are encoded once in any case.
    package var seeksForms: Bool

    /// More outputs would not fit the descriptors of one message.
    package static let mostOutputs = 16

    package init(
        thumbnail: ThumbnailOrder? = ThumbnailOrder(), outputs: [RenderOutput], wantsAnalysis: Bool = true,
        toleratesDamage: Bool = false, leastReduction: Int = 2, seeksForms: Bool = false
    ) {
        self.thumbnail = thumbnail
        self.outputs = outputs
        self.wantsAnalysis = wantsAnalysis
        self.toleratesDamage = toleratesDamage
        self.leastReduction = leastReduction
        self.seeksForms = seeksForms
    }
}

/// A square cut from the middle, as WebP.
package struct ThumbnailOrder: Sendable, Codable, Equatable {
    package var side: Int
    package var quality: Int

    package init(side: Int = 150, quality: Int = 70) {
        self.side = side
        self.quality = quality
    }
}

/// One variant.
package struct RenderOutput: Sendable, Codable, Equatable {
    package var name: String
    /// The box in pixels; see `RenderFit`. A source that is smaller is not enlarged.
    package var width: Int
    package var height: Int
    package var fit: RenderFit
    /// WebP, AVIF, JPEG or PNG.
    package var format: PictureFormat
    /// How it shall look, 1 to 100, the same in every format: `EncoderSetting` finds each encoder's own number.
    package var quality: Int
    /// The encoder's effort; `nil` takes the measured best for the width.
    package var effort: Int?

    /// A box without a height is as high as a picture can be.
    package init(
        name: String, width: Int, height: Int? = nil, fit: RenderFit = .inside, format: PictureFormat, quality: Int,
        effort: Int? = nil
    ) {
        self.name = name
        self.width = width
        self.height = height ?? PlannedSize.longestSide
        self.fit = fit
        self.format = format
        self.quality = quality
        self.effort = effort
    }
}

extension RenderOrder {
    /// The thumbnail and the six variants that every image gets.
    package static let standard = RenderOrder(
        outputs: [
            RenderOutput(name: "large", width: 1920, format: .webp, quality: 90),
            RenderOutput(name: "large", width: 1920, format: .avif, quality: 90),
            RenderOutput(name: "medium", width: 1024, format: .webp, quality: 85),
            RenderOutput(name: "medium", width: 1024, format: .avif, quality: 85),
            RenderOutput(name: "small", width: 640, format: .webp, quality: 80),
            RenderOutput(name: "small", width: 640, format: .avif, quality: 80),
        ], seeksForms: true)
}
