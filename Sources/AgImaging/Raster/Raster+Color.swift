import CVips

extension Raster {
    /// Eight bits of sRGB, alpha kept, in memory. A profile that cannot be used is dropped and said in `warnings`.
    func inSRGB(_ structure: PictureStructure, _ warnings: inout [String]) throws(CodecError) -> Raster {
        let asksProfile = structure.signal?.overridesProfile != true && !structure.layout.isLab
        if asksProfile, let made = try byProfile(&warnings) { return made }
        if let signal = structure.signal, !signal.isSRGB { return try bySignal(signal) }
        return try asEightBits()
    }

    /// `nil` when there is no profile, or none that can be used.
    private func byProfile(_ warnings: inout [String]) throws(CodecError) -> Raster? {
        guard hasProfile else { return nil }
        guard isProfileUsable else {
            warnings.append("The colour profile could not be read, or is one for other colours, and was dropped.")
            return nil
        }
        do throws(CodecError) {
            return try besideAlpha { colors throws(CodecError) in
                try unsafe colors.made { unsafe cvips_by_profile($0) }
            }.inMemory()
        } catch {
            warnings.append("The colour profile could not be used and was dropped: \(error.message)")
            return nil
        }
    }

    /// Asked first, because libvips puts a profile of its own in the place of one it cannot use, and does not say so.
    private var isProfileUsable: Bool {
        var data: UnsafeRawPointer?
        var length = 0
        return unsafe lent { image in
            unsafe vips_image_get_blob(image, "icc-profile-data", &data, &length) == 0
                && vips_icc_is_compatible_profile(image, data, length) != 0
        }
    }

    private func asEightBits() throws(CodecError) -> Raster {
        if interpretation == VIPS_INTERPRETATION_sRGB, format == VIPS_FORMAT_UCHAR { return self }
        return try besideAlpha { colors throws(CodecError) in
            try unsafe colors.made { unsafe cvips_to_srgb($0) }
        }.inMemory()
    }

    /// Only the colours through a conversion that makes eight bits of sRGB: libvips 8.14 cuts off what alpha has above
    /// eight bits, instead of scaling it.
    private func besideAlpha(
        _ convert: (Raster) throws(CodecError) -> Raster
    ) throws(CodecError) -> Raster {
        guard hasAlpha else { return try convert(self) }
        let alpha = try unsafe part(bands - 1, 1).made { unsafe cvips_upper_eight_bits($0) }
        return try convert(try part(0, bands - 1)).joined(with: alpha)
    }

    /// By numbers in the file instead of a profile.
    private func bySignal(_ signal: ColorSignal) throws(CodecError) -> Raster {
        let isWide = format == VIPS_FORMAT_USHORT
        let largest = isWide ? largestDecoded : 255
        guard isWide || format == VIPS_FORMAT_UCHAR, interpretation != VIPS_INTERPRETATION_CMYK,
            let transform = ColorTransform(signal, values: isWide ? 65_536 : 256, largest: largest)
        else { return try asEightBits() }
        let source = try inMemory()
        let target = try unsafe Raster(
            adopting: cvips_canvas(Int32(width), Int32(height), hasAlpha ? 4 : 3))
        unsafe source.lent { from in
            unsafe target.lent { to in unsafe Self.convert(from, to, transform) }
        }
        return target
    }

    /// AVIF and HEIC of 10 and 12 bits come shifted up, so that their white is not quite the largest number.
    private var largestDecoded: Int {
        var bits: Int32 = 16
        _ = unsafe lent { unsafe vips_image_get_int($0, "heif-bitdepth", &bits) }
        let missing = 16 - min(max(Int(bits), 8), 16)
        return (65_535 >> missing) << missing
    }

    private static func convert(
        _ source: UnsafeMutablePointer<VipsImage>, _ target: UnsafeMutablePointer<VipsImage>,
        _ transform: ColorTransform
    ) {
        let bands = Int(unsafe vips_image_get_bands(source))
        let pixels = Int(unsafe vips_image_get_width(source)) * Int(unsafe vips_image_get_height(source))
        let made = unsafe UnsafeMutableBufferPointer(
            start: cvips_pixels(target), count: pixels * Int(vips_image_get_bands(target)))
        let raw = unsafe UnsafeRawBufferPointer(start: cvips_pixels(source), count: cvips_length(source))
        if unsafe vips_image_get_format(source) == VIPS_FORMAT_USHORT {
            unsafe transform.convert(raw.bindMemory(to: UInt16.self), bands: bands, into: made)
        } else {
            unsafe transform.convert(raw.bindMemory(to: UInt8.self), bands: bands, into: made)
        }
    }

    /// Red, green, blue and alpha of every pixel, row by row.
    func rgba() throws(CodecError) -> [UInt8] {
        let full = hasAlpha ? self : try unsafe made { unsafe cvips_with_alpha($0) }
        var length = 0
        guard let pixels = unsafe full.lent({ unsafe vips_image_write_to_memory($0, &length) }) else {
            throw Complaint.take()
        }
        defer { unsafe g_free(pixels) }
        guard full.bands == 4, full.format == VIPS_FORMAT_UCHAR else {
            throw CodecError(.damaged, "The picture's colours could not be told.")
        }
        return unsafe Array(UnsafeRawBufferPointer(start: pixels, count: length))
    }
}
