/// What our own walk through a file finds: its size in pixels, its parts, and whether it is all there.
///
/// The walk decodes nothing, allocates nothing by a length from the file, and takes no value on trust.
struct PictureStructure: Equatable {
    let format: PictureFormat
    /// As stored, before any orientation.
    var width = 0
    var height = 0
    /// Of an ISO container: the pixels of all that its picture is put together of, as often as it is used.
    var decodedPixels: Int64 = 0
    var bitsPerSample = 8
    var channels = 3
    var frames = 1
    var scans = 0
    var profileBytes = 0
    /// Where the EXIF block's TIFF header begins, and where the block ends.
    var exif: Range<Int>?
    /// 1 to 8 as EXIF counts, where the structure itself has one: of a TIFF's page.
    var orientation = 1
    /// Colours that are named by numbers; `nil` for sRGB and for what a profile alone describes.
    var signal: ColorSignal?
    var layout = SampleLayout()
    /// What the first frame covers of a GIF's screen.
    var frame: PictureFrame?
    /// Quarter turns anticlockwise that an ISO container asks for.
    var quarterTurns = 0
    /// The end that the format demands was reached.
    var isComplete = false
    /// What a decoder is given of it.
    var shown = DecoderView()

    init(_ format: PictureFormat) {
        self.format = format
    }

    var pixels: Int64 { Self.product(width, Int64(height)) }

    /// What is too large for a number is the largest one, so that no limit takes it for little.
    static func product(_ count: Int, _ each: Int64) -> Int64 {
        let product = Int64(count).multipliedReportingOverflow(by: each)
        return product.overflow ? .max : product.partialValue
    }

    /// Notes a block of camera notes. Of several the first counts that is one, as for browsers and exiftool. Some writers
    /// put JPEG's `Exif\0\0` before the TIFF header in other formats too.
    mutating func note(exif block: Range<Int>, in file: ByteView) {
        guard exif == nil else { return }
        let start = file.matches(JPEGWalk.exifMark, at: block.lowerBound) ? block.lowerBound + 6 : block.lowerBound
        guard start < block.upperBound, let bytes = file.slice(start..<block.upperBound), ExifReader.knows(bytes) else {
            return
        }
        exif = start..<block.upperBound
    }

    /// Walks the file. Throws `notAPicture`, `unsupportedFormat` or `damaged`; a file that merely ends early is
    /// returned with `isComplete` false and with what was found until there.
    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        guard file.count > 0 else { throw CodecError(.notAPicture, "The file is empty.") }
        guard let format = PictureFormat(sniffing: file.copy(at: 0, PictureFormat.sniffLength)) else {
            throw KnownRefusal.error(of: file)
        }
        return switch format {
        case .jpeg: try JPEGWalk.read(file)
        case .png: try PNGWalk.read(file)
        case .webp: try WebPWalk.read(file)
        case .gif: try GIFWalk.read(file)
        case .tiff: try TIFFWalk.read(file)
        case .avif, .heic: try HEIFWalk.read(file, format)
        }
    }
}

/// A part of a picture, in pixels.
struct PictureFrame: Equatable {
    var left: Int
    var top: Int
    var width: Int
    var height: Int

    /// What lies within a picture of this size; `nil` when that is nothing.
    func cut(toWidth most: Int, height lowest: Int) -> PictureFrame? {
        let cut = PictureFrame(
            left: left, top: top, width: min(width, most - left), height: min(height, lowest - top))
        return cut.width > 0 && cut.height > 0 ? cut : nil
    }
}
