/// How a derived picture's bytes were made. Its row and its details say so.
package enum PictureEncoding: String, Sendable, Codable, CaseIterable {
    /// As photographs are: with the encoder's usual chroma subsampling.
    case lossy
    /// WebP whose halved chroma was computed so that edges keep their colour.
    case lossySharp = "lossy-sharp"
    /// Chroma at full resolution.
    case lossy444 = "lossy-444"
    /// WebP's lossless coding of values that were rounded a little first: no band is off by more than 2.
    case nearLossless = "near-lossless"
    case lossless
}

/// One way to encode one output.
struct EncodingForm: Hashable {
    let encoding: PictureEncoding
    let setting: EncoderSetting
}

extension EncodingForm {
    /// What an output is encoded as when only one encoding is wanted. A picture with drawn edges keeps its chroma, at the
    /// quality that was asked for; a photograph is encoded by the measured recipe.
    ///
    /// - Parameter width: see `EncoderSetting`.
    init(_ output: RenderOutput, width: Int?, _ kind: PictureKind) {
        let setting = EncoderSetting(output, width: width)
        switch (output.format, kind) {
        case (.png, _): self.init(encoding: .lossless, setting: setting)
        case (_, .photograph): self.init(encoding: .lossy, setting: setting)
        case (.webp, _): self.init(encoding: .lossySharp, setting: setting)
        case (.avif, _):
            let effort = output.effort ?? Self.effortOf444
            self.init(encoding: .lossy444, setting: EncoderSetting(quality: setting.quality, effort: effort))
        default: self.init(encoding: .lossy444, setting: setting)
        }
    }

    /// At full chroma 0 costs half of the time and twice the bytes of 1; beyond 1 the time grows fivefold on text.
    private static let effortOf444 = 1

    static let lossless = EncodingForm(encoding: .lossless, setting: EncoderSetting(quality: 75, effort: 3))
    /// The quality is how much is rounded: 60 leaves every band within 2.
    static let nearLossless = EncodingForm(encoding: .nearLossless, setting: EncoderSetting(quality: 60, effort: 3))

    static func sharp(_ quality: Int) -> EncodingForm {
        EncodingForm(encoding: .lossySharp, setting: EncoderSetting(quality: quality, effort: 4))
    }

    static func full(_ quality: Int) -> EncodingForm {
        EncodingForm(encoding: .lossy444, setting: EncoderSetting(quality: quality, effort: effortOf444))
    }

    /// The same, where the encoder looks for shapes that occurred before, such as letters: about five times the time.
    static func repeating(_ quality: Int) -> EncodingForm {
        EncodingForm(encoding: .lossy444, setting: EncoderSetting(quality: quality, effort: effortOf444 + 1))
    }
}
