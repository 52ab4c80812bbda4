import CVips

extension Raster {
    /// How a file is opened.
    struct Opening {
        var format: PictureFormat
        var layout = SampleLayout()
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
        let usual = try raster.withUsualBands(opening.layout)
        usual.storedColorSpace = raster.colorSpace
        return usual
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
