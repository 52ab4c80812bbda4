import AgBase
import AgImaging
import CVips
import Glibc

/// A picture made for a test, written with libvips as the test process has it: not locked down, all formats on.
final class Picture {
    private let image: UnsafeMutablePointer<VipsImage>

    private static let isStarted: Bool = {
        cvips_silence()
        return vips_init("tests") == 0
    }()

    init(_ image: UnsafeMutablePointer<VipsImage>?) {
        precondition(Self.isStarted)
        self.image = image!
    }

    func made(_ operation: (UnsafeMutablePointer<VipsImage>) -> UnsafeMutablePointer<VipsImage>?) -> Picture {
        Picture(lent(operation))
    }

    /// Lends the handle for one call, and keeps the picture until that is over.
    func lent<Value>(_ body: (UnsafeMutablePointer<VipsImage>) -> Value) -> Value {
        withExtendedLifetime(self) { body(image) }
    }

    deinit {
        g_object_unref(image)
    }

    /// Something like a photograph: the same for the same seed.
    static func photo(_ width: Int, _ height: Int, seed: Int = 1) -> Picture {
        precondition(isStarted)
        return Picture(cvips_photo(Int32(width), Int32(height), Int32(seed))).made { vips_image_copy_memory($0) }
    }

    /// All zero, and so cheap to make at any size.
    static func blank(_ width: Int, _ height: Int, bands: Int) -> Picture {
        precondition(isStarted)
        let pixels = [UInt8](repeating: 0, count: width * height * bands)
        let raw = Picture(
            vips_image_new_from_memory_copy(
                pixels, pixels.count, Int32(width), Int32(height), Int32(bands), VIPS_FORMAT_UCHAR))
        return raw.made { cvips_interpret($0, VIPS_INTERPRETATION_sRGB) }
    }

    /// What a file shows, in memory.
    convenience init(png bytes: [UInt8]) { self.init(bytes, CVIPS_PNG) }
    convenience init(jpeg bytes: [UInt8]) { self.init(bytes, CVIPS_JPEG) }

    private convenience init(_ bytes: [UInt8], _ loader: CVipsLoader) {
        precondition(Self.isStarted)
        let image = bytes.withUnsafeBytes { raw in
            Picture(cvips_load(loader, raw.baseAddress, raw.count, 1, 1, 1)).lent { vips_image_copy_memory($0) }
        }
        self.init(image)
    }

    /// Pixels by a rule; the number of bands is the number of values.
    static func drawn(
        _ width: Int, _ height: Int, _ meaning: VipsInterpretation = VIPS_INTERPRETATION_sRGB,
        _ color: (Int, Int) -> [UInt8]
    ) -> Picture {
        precondition(isStarted)
        let bands = color(0, 0).count
        var pixels: [UInt8] = []
        for y in 0..<height { for x in 0..<width { pixels += color(x, y) } }
        let raw = Picture(
            vips_image_new_from_memory_copy(
                pixels, pixels.count, Int32(width), Int32(height), Int32(bands), VIPS_FORMAT_UCHAR))
        return raw.made { cvips_interpret($0, meaning) }
    }

    /// Sixteen bits per value.
    static func drawn16(
        _ width: Int, _ height: Int, _ meaning: VipsInterpretation, _ color: (Int, Int) -> [UInt16]
    ) -> Picture {
        precondition(isStarted)
        let bands = color(0, 0).count
        var pixels: [UInt16] = []
        for y in 0..<height { for x in 0..<width { pixels += color(x, y) } }
        let raw = Picture(
            vips_image_new_from_memory_copy(
                pixels, pixels.count * 2, Int32(width), Int32(height), Int32(bands), VIPS_FORMAT_USHORT))
        return raw.made { cvips_interpret($0, meaning) }
    }

    /// Puts a block of metadata on it: `exif-data`, `icc-profile-data`, `xmp-data`.
    func with(_ field: String, _ bytes: [UInt8]) -> Picture {
        let copy = made { vips_image_copy_memory($0) }
        copy.lent { vips_image_set_blob_copy($0, field, bytes, bytes.count) }
        return copy
    }

    func with(_ field: String, _ number: Int) -> Picture {
        let copy = made { vips_image_copy_memory($0) }
        copy.lent { vips_image_set_int($0, field, Int32(number)) }
        return copy
    }

    /// The same colours in another profile, which is then part of the file.
    func converted(to profile: String) -> Picture {
        made { cvips_from_srgb($0, profile) }.made { vips_image_copy_memory($0) }
    }

    /// The file that `suffix` describes, such as `.jpg[Q=90]`.
    func file(_ suffix: String) -> [UInt8] {
        var bytes: UnsafeMutableRawPointer?
        var length = 0
        guard lent({ cvips_write($0, suffix, &bytes, &length) }) == 0 else {
            let reason = String(cString: vips_error_buffer())
            vips_error_clear()
            preconditionFailure("The test picture could not be written as \(suffix): \(reason)")
        }
        defer { g_free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: length))
    }
}

/// Decoded pixels of a derived picture, to look at.
struct Pixels {
    let width: Int
    let height: Int
    let bands: Int
    private let values: [UInt8]

    init(_ bytes: [UInt8], _ format: PictureFormat) {
        let loader = [PictureFormat.webp: CVIPS_WEBP, .avif: CVIPS_HEIF, .jpeg: CVIPS_JPEG, .png: CVIPS_PNG][format]!
        let image = bytes.withUnsafeBytes { raw in
            Picture(cvips_load(loader, raw.baseAddress, raw.count, 1, 1, 1)).made { vips_image_copy_memory($0) }
        }
        width = Int(image.lent { vips_image_get_width($0) })
        height = Int(image.lent { vips_image_get_height($0) })
        bands = Int(image.lent { vips_image_get_bands($0) })
        var length = 0
        let memory = image.lent { vips_image_write_to_memory($0, &length) }
        defer { g_free(memory) }
        values = Array(UnsafeRawBufferPointer(start: memory, count: length))
    }

    func at(_ x: Int, _ y: Int) -> [Int] {
        let start = (y * width + x) * bands
        return values[start..<start + bands].map { Int($0) }
    }

    /// How far apart two values of one place are, of 255.
    func meanDistance(from other: Pixels) -> Double {
        let sum = zip(values, other.values).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(max(1, values.count))
    }
}

/// Bytes as an open file that exists nowhere else.
func memoryFile(_ bytes: [UInt8]) throws -> OpenFile {
    var path = Array("/tmp/argentum-test-XXXXXX".utf8CString)
    let file = OpenFile(adopting: try sys("mkstemp") { mkstemp(&path) })
    unlink(path)
    try sys("write") { bytes.withUnsafeBytes { write(file.descriptor, $0.baseAddress, $0.count) } }
    return file
}

/// Tries to change a file that was delivered.
func overwrite(_ file: OpenFile) throws {
    try sys("pwrite") { pwrite(file.descriptor, "x", 1, 0) }
}
