import CVips

/// A picture in libvips' hands: pixels, or a recipe for pixels that runs when they are asked for.
///
/// Lives only in the codec child, on its one thread.
@safe final class Raster {
    private let image: UnsafeMutablePointer<VipsImage>
    /// libvips' short name of the colours in the file, of a picture that was opened.
    var storedColorSpace: String?

    /// Takes over one reference; `nil` means that libvips failed, and throws its reason.
    init(adopting image: UnsafeMutablePointer<VipsImage>?) throws(CodecError) {
        guard let image = unsafe image else { throw Complaint.take() }
        unsafe self.image = unsafe image
    }

    /// The picture that an operation makes of this one.
    func made(
        _ operation: (UnsafeMutablePointer<VipsImage>) -> UnsafeMutablePointer<VipsImage>?
    ) throws(CodecError) -> Raster {
        try unsafe Raster(adopting: lent(operation))
    }

    /// Lends the handle for one call. Without the extension the picture could be gone before the call that uses it.
    func lent<Value>(_ body: (UnsafeMutablePointer<VipsImage>) -> Value) -> Value {
        withExtendedLifetime(self) { unsafe body(image) }
    }

    deinit {
        unsafe g_object_unref(image)
    }

    var width: Int { Int(unsafe vips_image_get_width(image)) }
    var height: Int { Int(unsafe vips_image_get_height(image)) }
    var bands: Int { Int(unsafe vips_image_get_bands(image)) }
    var hasAlpha: Bool { unsafe vips_image_hasalpha(image) != 0 }
    var interpretation: VipsInterpretation { unsafe vips_image_get_interpretation(image) }
    var format: VipsBandFormat { unsafe vips_image_get_format(image) }
    var hasProfile: Bool { unsafe vips_image_get_typeof(image, "icc-profile-data") != 0 }
    var pages: Int { Int(unsafe vips_image_get_n_pages(image)) }

    /// libvips' short name of the colours.
    var colorSpace: String {
        guard let name = unsafe vips_enum_nick(vips_interpretation_get_type(), Int32(interpretation.rawValue)) else {
            return "unknown"
        }
        return unsafe String(cString: name)
    }

    /// Runs the recipe: what is behind it (the file, the decoder) is needed no more.
    func inMemory() throws(CodecError) -> Raster {
        try unsafe made { unsafe cvips_in_memory($0) }
    }

    func cut(left: Int, top: Int, width: Int, height: Int) throws(CodecError) -> Raster {
        try unsafe made { unsafe cvips_crop($0, Int32(left), Int32(top), Int32(width), Int32(height)) }
    }

    /// As the EXIF orientation wants it displayed. The pixels must be in memory: a turn reads them in columns.
    func turned(by orientation: Int) throws(CodecError) -> Raster {
        guard orientation > 1 else { return self }
        return try unsafe made { unsafe cvips_turn($0, Int32(orientation)) }.inMemory()
    }

    /// Exactly `size`, with colours that do not bleed out of transparent parts.
    func resized(to size: PlannedSize) throws(CodecError) -> Raster {
        guard size != PlannedSize(width: width, height: height) else { return self }
        let across = Double(size.width) / Double(width)
        let down = Double(size.height) / Double(height)
        guard hasAlpha else { return try unsafe made { unsafe cvips_resize($0, across, down) } }
        let solid = try unsafe made { unsafe cvips_premultiply($0) }
        let small = try unsafe solid.made { unsafe cvips_resize($0, across, down) }
        return try unsafe small.made { unsafe cvips_unpremultiply($0, format) }
    }
}
