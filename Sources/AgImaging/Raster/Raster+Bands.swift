import CVips

/// Files may have any number of bands of any numbers. After this there is one colour, or three, or four in print, of 8
/// or 16 bits, and behind them at most one band more, which is straight alpha of the same numbers.
extension Raster {
    func withUsualBands(_ layout: SampleLayout) throws(CodecError) -> Raster {
        let raster = try withMeaning(layout)
        let alpha = raster.alphaBand(layout)
        guard !raster.isUsual(alpha, layout) else { return raster }
        let colors = try raster.part(0, raster.colors).withoutChroma(layout)
        guard let alpha else { return try colors.withUsualNumbers(layout) }
        let cover = try raster.part(alpha, 1).alphaFromZeroToOne()
        let straight = layout.isPremultiplied ? try colors.divided(by: cover) : colors
        return try straight.withUsualNumbers(layout).joined(withAlpha: cover)
    }

    /// Bands that hold colour.
    var colors: Int {
        switch interpretation {
        case VIPS_INTERPRETATION_B_W, VIPS_INTERPRETATION_GREY16: 1
        case VIPS_INTERPRETATION_CMYK: 4
        default: min(3, bands)
        }
    }

    func part(_ first: Int, _ count: Int) throws(CodecError) -> Raster {
        if first == 0, count == bands { return self }
        return try unsafe made { unsafe cvips_bands($0, Int32(first), Int32(count)) }
    }

    private func alphaBand(_ layout: SampleLayout) -> Int? {
        let index: Int
        switch layout.alpha {
        case .none: return nil
        case .asDecoded: index = 0
        case .extra(let extra): index = extra
        }
        return colors + index < bands ? colors + index : nil
    }

    /// Whether nothing is to be done, as for nearly all files.
    private func isUsual(_ alpha: Int?, _ layout: SampleLayout) -> Bool {
        bands == colors + (alpha == nil ? 0 : 1) && hasUsualNumbers
            && !(alpha != nil && layout.isPremultiplied) && !layout.isOffsetLab && layout.chroma == nil
    }

    /// Bands without a meaning are taken for grey, or red, green and blue.
    private func withMeaning(_ layout: SampleLayout) throws(CodecError) -> Raster {
        if unsafe lent({ unsafe cvips_is_packed($0) }) != 0 { return try unsafe made { unsafe cvips_unpacked($0) } }
        guard interpretation == VIPS_INTERPRETATION_MULTIBAND, !layout.isOffsetLab else { return self }
        return try interpreted(bands < 3 ? greyOfDepth : colorsOfDepth)
    }

    // MARK: Numbers

    private var greyOfDepth: VipsInterpretation {
        format == VIPS_FORMAT_USHORT ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W
    }

    private var colorsOfDepth: VipsInterpretation {
        format == VIPS_FORMAT_USHORT ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB
    }

    /// Says of itself which colours it means.
    private var isColorimetric: Bool {
        interpretation == VIPS_INTERPRETATION_LAB || interpretation == VIPS_INTERPRETATION_LABS
            || interpretation == VIPS_INTERPRETATION_XYZ
    }

    private var hasUsualNumbers: Bool {
        if isColorimetric { return false }
        if interpretation == VIPS_INTERPRETATION_CMYK { return format == VIPS_FORMAT_UCHAR }
        return format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT
    }

    private func withUsualNumbers(_ layout: SampleLayout) throws(CodecError) -> Raster {
        if layout.isOffsetLab {
            return try unsafe made { unsafe cvips_from_offset_lab($0) }.fromLab()
        }
        if isColorimetric {
            return try interpretation == VIPS_INTERPRETATION_XYZ ? inColors(VIPS_INTERPRETATION_RGB16) : fromLab()
        }
        if hasUsualNumbers { return self }
        switch format {
        case VIPS_FORMAT_USHORT, VIPS_FORMAT_UINT: return try scaled()
        case VIPS_FORMAT_FLOAT:
            return try hasProfile || interpretation == VIPS_INTERPRETATION_CMYK ? scaled() : fromLight()
        default:
            throw CodecError(
                .unsupportedFormat,
                "The picture's samples are signed, complex or 64 bits long; whole numbers without a sign and floating-point numbers "
                    + "of at most 32 bits are taken. Convert it and upload it again.")
        }
    }

    /// Lab of print, whose white is D50. libvips would take it for D65, and the picture would be yellowish.
    private func fromLab() throws(CodecError) -> Raster {
        let light = try unsafe inColors(VIPS_INTERPRETATION_LAB).made { image in
            unsafe Primaries.whiteOfPrint.map { 100 * $0 }.withUnsafeBufferPointer {
                unsafe cvips_lab_to_xyz(image, $0.baseAddress)
            }
        }
        return try light.mixed([0, 0, 0], Primaries.fromPrint).interpreted(VIPS_INTERPRETATION_XYZ)
            .inColors(VIPS_INTERPRETATION_RGB16)
    }

    /// The whole range of the numbers to the whole range of usual ones.
    private func scaled() throws(CodecError) -> Raster {
        let isPrint = interpretation == VIPS_INTERPRETATION_CMYK
        let target = isPrint ? VIPS_FORMAT_UCHAR : VIPS_FORMAT_USHORT
        let plain = try unsafe made { unsafe cvips_scaled($0, Self.largest(target) / Self.largest(format), target) }
        return isPrint ? plain : try plain.interpreted(colors == 1 ? plain.greyOfDepth : plain.colorsOfDepth)
    }

    /// Floating-point numbers without a profile are light, as libvips and Photoshop have them; 1 is white.
    private func fromLight() throws(CodecError) -> Raster {
        let three = colors == 1 ? try unsafe made { unsafe cvips_three_of($0) } : self
        return try three.interpreted(VIPS_INTERPRETATION_scRGB).inColors(VIPS_INTERPRETATION_RGB16)
    }

    private func inColors(_ meaning: VipsInterpretation) throws(CodecError) -> Raster {
        try unsafe made { unsafe cvips_in_colors($0, meaning) }
    }

    func interpreted(_ meaning: VipsInterpretation) throws(CodecError) -> Raster {
        try unsafe made { unsafe cvips_interpret($0, meaning) }
    }

    private static func largest(_ format: VipsBandFormat) -> Double {
        switch format {
        case VIPS_FORMAT_UCHAR: 255
        case VIPS_FORMAT_USHORT: 65_535
        case VIPS_FORMAT_UINT: 4_294_967_295
        default: 1
        }
    }

    /// Red, green and blue of luma and chroma.
    private func withoutChroma(_ layout: SampleLayout) throws(CodecError) -> Raster {
        guard let chroma = layout.chroma, bands == 3 else { return self }
        let largest = Self.largest(format)
        let matrix = chroma.matrix(largest)
        let black = stride(from: 0, to: 6, by: 2).map { -chroma.bounds(largest)[$0] }
        return try mixed(black, matrix)
    }

    /// Three bands plus `offsets`, then by the matrix, in the numbers that they have.
    private func mixed(_ offsets: [Double], _ matrix: Matrix3) throws(CodecError) -> Raster {
        let weights = (0..<9).map { matrix[$0 / 3, $0 % 3] }
        return try unsafe made { image in
            unsafe offsets.withUnsafeBufferPointer { offsets in
                unsafe weights.withUnsafeBufferPointer { weights in
                    unsafe cvips_recombined(image, offsets.baseAddress, weights.baseAddress)
                }
            }
        }
    }

    // MARK: Alpha

    /// Floats from 0 to 1. Beside Lab libvips holds alpha of 16 bits in signed numbers.
    private func alphaFromZeroToOne() throws(CodecError) -> Raster {
        let plain = format == VIPS_FORMAT_SHORT ? try unsafe made { unsafe cvips_as_unsigned($0) } : self
        return try unsafe plain.made { unsafe cvips_scaled($0, 1 / Self.largest(plain.format), VIPS_FORMAT_FLOAT) }
    }

    private func divided(by cover: Raster) throws(CodecError) -> Raster {
        try unsafe made { colors in unsafe cover.lent { unsafe cvips_divided(colors, $0) } }
    }

    /// `cover` is of floats from 0 to 1.
    private func joined(withAlpha cover: Raster) throws(CodecError) -> Raster {
        let largest = Self.largest(format)
        let alpha = try unsafe cover.made { unsafe cvips_scaled($0, largest, format) }
        return try joined(with: alpha)
    }

    /// Another band behind these, of the same numbers.
    func joined(with alpha: Raster) throws(CodecError) -> Raster {
        try unsafe made { colors in unsafe alpha.lent { unsafe cvips_joined(colors, $0) } }
    }
}
