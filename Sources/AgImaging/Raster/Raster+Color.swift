import CVips

extension Raster {
    /// Eight bits of sRGB, alpha kept, in memory. A profile that cannot be used is dropped and said in `warnings`.
    func inSRGB(_ warnings: inout [String]) throws(CodecError) -> Raster {
        if hasProfile, !isProfileUsable {
            warnings.append("The colour profile could not be read, or is one for other colours, and was dropped.")
        } else if hasProfile {
            do throws(CodecError) {
                return try unsafe made { unsafe cvips_by_profile($0) }.inMemory().asEightBits()
            } catch {
                warnings.append("The colour profile could not be used and was dropped: \(error.message)")
            }
        }
        return try asEightBits()
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
        return try unsafe made { unsafe cvips_to_srgb($0) }.inMemory()
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
