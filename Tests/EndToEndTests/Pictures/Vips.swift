import CVips

/// libvips as the tests use it: to write pictures, and to look at those that came back.
enum Vips {
    private static let isReady: Bool = vips_init("argentum-e2e") == 0

    /// - Parameter suffix: the format with its options, such as `.jpg[Q=85]`.
    static func save(_ raster: Raster, as suffix: String, pages: Int = 1) -> [UInt8] {
        precondition(isReady, "libvips did not start")
        var bytes: UnsafeMutableRawPointer?
        var length = 0
        let code = raster.samples.withUnsafeBytes {
            cvips_test_save(
                $0.baseAddress, Int32(raster.width), Int32(raster.height), Int32(raster.bands), Int32(raster.depth),
                Int32(pages), suffix, &bytes, &length)
        }
        precondition(code == 0, "libvips could not write \(suffix): \(String(cString: vips_error_buffer()))")
        defer { g_free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: length))
    }

    /// What a whole decode of the bytes says; `nil` when they are no picture.
    static func look(_ bytes: [UInt8]) -> Look? {
        precondition(isReady, "libvips did not start")
        var size: (width: Int32, height: Int32, bands: Int32) = (0, 0, 0)
        var average = 0.0
        var loader = [CChar](repeating: 0, count: 64)
        let code = bytes.withUnsafeBytes {
            cvips_test_look(
                $0.baseAddress, $0.count, &size.width, &size.height, &size.bands, &average, &loader, loader.count)
        }
        guard code == 0 else { return nil }
        let name = String(decoding: loader.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Look(
            width: Int(size.width), height: Int(size.height), bands: Int(size.bands), average: average, loader: name)
    }

    struct Look: Sendable, Equatable {
        let width: Int
        let height: Int
        let bands: Int
        let average: Double
        /// libvips' name of the loader, such as `webpload_buffer`.
        let loader: String
    }
}
