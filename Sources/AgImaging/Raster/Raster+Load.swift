import CVips

extension Raster {
    /// How a file is opened.
    struct Opening {
        var format: PictureFormat
        /// Decode at a half, a quarter or an eighth, where the format can (JPEG, WebP).
        var shrink = 1
        /// Fail on a file that ends early.
        var isStrict = true
    }

    /// Opens a file by the loader of its sniffed format; the header is read, the pixels are not.
    ///
    /// `bytes` must stay mapped until the last picture made from this one is in memory or gone.
    static func open(_ bytes: UnsafeRawBufferPointer, _ opening: Opening) throws(CodecError) -> Raster {
        let raster = try unsafe Raster(
            adopting: cvips_load(
                opening.format.loader, bytes.baseAddress, bytes.count, Int32(opening.shrink),
                1 / Double(opening.shrink), opening.isStrict ? 1 : 0))
        return try raster.withUsualBands()
    }

    /// Files may have any number of bands; colours have one or three (four in print), and alpha one more.
    private func withUsualBands() throws(CodecError) -> Raster {
        let most = interpretation == VIPS_INTERPRETATION_CMYK ? 5 : 4
        guard bands > most else { return try withMeaning() }
        return try unsafe made { unsafe cvips_bands($0, 0, 3) }.withMeaning()
    }

    /// Bands without a meaning are taken for grey, or red, green and blue.
    private func withMeaning() throws(CodecError) -> Raster {
        guard interpretation == VIPS_INTERPRETATION_MULTIBAND else { return self }
        let isWide = format == VIPS_FORMAT_USHORT
        let grey = isWide ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W
        let colours = isWide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB
        return try unsafe made { unsafe cvips_interpret($0, bands < 3 ? grey : colours) }
    }
}

extension PictureFormat {
    fileprivate var loader: CVipsLoader {
        switch self {
        case .jpeg: CVIPS_JPEG
        case .png: CVIPS_PNG
        case .webp: CVIPS_WEBP
        case .gif: CVIPS_GIF
        case .tiff: CVIPS_TIFF
        case .avif, .heic: CVIPS_HEIF
        }
    }

    /// Whether the decoder can leave out detail that nobody will see.
    func canShrinkOnLoad(frames: Int) -> Bool { self == .jpeg || (self == .webp && frames == 1) }
}
