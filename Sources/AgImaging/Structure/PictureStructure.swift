/// What our own walk through a file finds: its size in pixels, its parts, and whether it is all there.
///
/// The walk decodes nothing, allocates nothing by a length from the file, and takes no value on trust.
struct PictureStructure: Equatable {
    let format: PictureFormat
    /// As stored, before any orientation.
    var width = 0
    var height = 0
    var bitsPerSample = 8
    var channels = 3
    var frames = 1
    /// The areas of all frames of an animation together; 0 for a still picture.
    var animationPixels: Int64 = 0
    var scans = 0
    var textChunks = 0
    var largestTextChunk = 0
    var profileBytes = 0
    var xmpBytes = 0
    /// Where the EXIF block's TIFF header begins, and where the block ends.
    var exif: Range<Int>?
    /// Quarter turns anticlockwise that an ISO container asks for.
    var quarterTurns = 0
    /// The end that the format demands was reached.
    var isComplete = false

    init(_ format: PictureFormat) {
        self.format = format
    }

    /// The byte without which nobody takes the EXIF block for one, where no checksum stands over it.
    var exifMark: Int? { format == .jpeg ? exif.map { $0.lowerBound - JPEGWalk.exifMark.utf8CodeUnitCount } : nil }

    var pixels: Int64 { Self.product(width, Int64(height)) }

    /// What is too large for a number is the largest one, so that no limit takes it for little.
    static func product(_ count: Int, _ each: Int64) -> Int64 {
        let product = Int64(count).multipliedReportingOverflow(by: each)
        return product.overflow ? .max : product.partialValue
    }

    /// Walks the file. Throws `notAPicture`, `unsupportedFormat` or `damaged`; a file that merely ends early is
    /// returned with `isComplete` false and with what was found until there.
    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        guard file.count > 0 else { throw CodecError(.notAPicture, "The file is empty.") }
        let head = file.copy(at: 0, PictureFormat.sniffLength)
        guard let format = PictureFormat(sniffing: head) else { throw refusal(head) }
        return switch format {
        case .jpeg: try JPEGWalk.read(file)
        case .png: try PNGWalk.read(file)
        case .webp: try WebPWalk.read(file)
        case .gif: try GIFWalk.read(file)
        case .tiff: try TIFFWalk.read(file)
        case .avif, .heic: try HEIFWalk.read(file, format)
        }
    }

    /// Tells a stranger's picture from something that is none, for a better sentence.
    private static func refusal(_ head: [UInt8]) -> CodecError {
        let taken = "JPEG, PNG, WebP, GIF, TIFF, AVIF and HEIC are"
        guard let name = KnownRefusal.name(head) else {
            return CodecError(.notAPicture, "The content is not a picture that we know; \(taken).")
        }
        return CodecError(.unsupportedFormat, "\(name) is not taken in; \(taken).")
    }
}
