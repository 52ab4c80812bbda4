import CVips

/// Shows, from inside the sandbox, that what must be refused is refused and what must work works.
enum ChildSelfTest {
    /// Samples of formats whose readers were never meant for strangers' bytes.
    static let dangerous: [(name: String, bytes: [UInt8])] = [
        ("PPM", Array("P6 2 2 255\n0123456789ab".utf8)),
        ("SVG", Array("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2\" height=\"2\"/>".utf8)),
        ("MAT", Array("MATLAB 5.0 MAT-file".utf8) + [UInt8](repeating: 32, count: 105) + [0, 1, 0x49, 0x4D]),
        ("VIPS", [0x08, 0xF2, 0xA6, 0xB6] + [UInt8](repeating: 0, count: 60)),
        ("PDF", Array("%PDF-1.4\n%%EOF".utf8)),
        ("FITS", Array("SIMPLE  =                    T".utf8) + [UInt8](repeating: 32, count: 2_850)),
    ]

    static func run() throws(CodecError) -> CodecReply {
        for sample in dangerous { try refuse(sample.name, sample.bytes) }
        for format in [PictureFormat.jpeg, .png, .webp, .avif] { try roundTrip(format) }
        return .done(warnings: [], cpu: 0)
    }

    private static func refuse(_ name: String, _ bytes: [UInt8]) throws(CodecError) {
        let isTaken = unsafe bytes.withUnsafeBytes { unsafe cvips_takes_unasked($0.baseAddress, $0.count) != 0 }
        vips_error_clear()
        guard !isTaken, PictureFormat(sniffing: bytes) == nil else {
            throw CodecError(.unavailable, "libvips still reads \(name), which may not be decoded here.")
        }
    }

    private static func roundTrip(_ format: PictureFormat) throws(CodecError) {
        var pixels: [UInt8] = []
        for index in 0..<(16 * 12) { pixels += [UInt8(index), UInt8(255 - index), 128] }
        let raster = try unsafe pixels.lend { (raw) throws(CodecError) in
            try unsafe Raster(
                adopting: unsafe vips_image_new_from_memory_copy(
                    raw.baseAddress, raw.count, 16, 12, 3, VIPS_FORMAT_UCHAR)
            ).meaningColours()
        }
        let wish = RenderOutput(name: "test", width: 16, format: format, quality: 80)
        let bytes = try raster.encoded(format, EncodingForm(wish, width: nil, .photograph))
        let size = try unsafe bytes.lend { (raw) throws(CodecError) in
            let back = try unsafe Raster.open(raw, .init(format: format)).inMemory()
            return PlannedSize(width: back.width, height: back.height)
        }
        guard size == PlannedSize(width: 16, height: 12) else {
            throw CodecError(.unavailable, "libvips does not give \(format.rawValue) pictures back as they were.")
        }
    }
}

extension Raster {
    fileprivate func meaningColours() throws(CodecError) -> Raster {
        try unsafe made { unsafe cvips_interpret($0, VIPS_INTERPRETATION_sRGB) }
    }
}
