/// Encodes one output: once, or in several forms of which the best is kept.
struct OutputEncoder {
    struct Encoded {
        let bytes: [UInt8]
        let encoding: PictureEncoding
    }

    let kind: PictureKind
    let original: Opened
    /// The whole original as displayed.
    let size: PlannedSize
    let seeksForms: Bool

    /// Whether outputs of one size and format are one file, whatever quality they name: which forms of a graphic are tried
    /// does not depend on it.
    func ignoresQuality(_ raster: Raster, _ format: PictureFormat) -> Bool {
        seeksForms && kind == .graphic && (format == .webp || format == .avif)
            && raster.width * raster.height <= FormSearch.mostPixels
    }

    func encode(_ raster: Raster, _ output: RenderOutput) throws(CodecError) -> Encoded {
        // A box that is bounded in both directions says little of the width that comes of it.
        let width = output.height < PlannedSize.longestSide ? raster.width : nil
        guard seeksForms, kind != .photograph, output.format == .webp || output.format == .avif else {
            return try Self.encode(raster, output.format, EncodingForm(output, width: width, kind))
        }
        return try search(try raster.inMemory(), output, width)
    }

    /// By the recipe of photographs.
    static func plain(_ raster: Raster, _ output: RenderOutput) throws(CodecError) -> Encoded {
        try encode(raster, output.format, EncodingForm(output, width: nil, .photograph))
    }

    private static func encode(
        _ raster: Raster, _ format: PictureFormat, _ form: EncodingForm
    ) throws(CodecError) -> Encoded {
        Encoded(bytes: try raster.encoded(format, form), encoding: form.encoding)
    }

    private func search(_ raster: Raster, _ output: RenderOutput, _ width: Int?) throws(CodecError) -> Encoded {
        let plain = EncodingForm(output, width: width, .photograph)
        var search = FormSearch(subject(raster, output, plain))
        var kept: Encoded?
        while let form = search.next() {
            let made = try Self.encode(raster, output.format, form)
            let shift = try shift(of: made, output.format, from: raster)
            search.note(.init(form: form, byteCount: made.bytes.count, shift: shift))
            if search.best == search.trials.count - 1 { kept = made }
        }
        if let kept { return kept }
        return try Self.encode(raster, output.format, plain)
    }

    private func subject(
        _ raster: Raster, _ output: RenderOutput, _ plain: EncodingForm
    ) -> FormSearch.Subject {
        FormSearch.Subject(
            format: output.format, kind: kind,
            isNative: size == PlannedSize(width: raster.width, height: raster.height),
            isLossySource: original.structure.format == .jpeg || original.structure.format.isHEIF,
            pixels: raster.width * raster.height, limit: original.file.view.count, plain: plain)
    }

    /// What lossless coding and its near kin do to a colour is known; the rest is decoded and looked at.
    private func shift(
        of made: Encoded, _ format: PictureFormat, from raster: Raster
    ) throws(CodecError) -> Double {
        switch made.encoding {
        case .lossless: return 0
        case .nearLossless: return 2
        case .lossy, .lossySharp, .lossy444:
            guard raster.width * raster.height <= FormSearch.mostPixels else { return 0 }
            return try unsafe made.bytes.lend { (bytes) throws(CodecError) in
                let decoded = try unsafe Raster.open(bytes, .init(format: format)).inMemory()
                return try raster.colorShift(in: decoded)
            }
        }
    }
}
