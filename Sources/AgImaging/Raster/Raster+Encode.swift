import CHeif
import CVips
import Glibc

extension Raster {
    /// The picture as a file's bytes, with no metadata of any kind.
    func encoded(_ format: PictureFormat, _ form: EncodingForm) throws(CodecError) -> [UInt8] {
        let bare = try unsafe made { unsafe cvips_bare($0) }
        switch format {
        case .webp: return WebPCut.withoutMetadata(try bare.webp(form))
        case .avif: return try bare.avif(form)
        case .jpeg: return try bare.onWhite().jpeg(form)
        case .png: return try unsafe bare.save { unsafe cvips_save_png($0, &$1, &$2) }
        case .gif, .tiff, .heic: throw CodecError(.unsupportedFormat, "Pictures are not written as \(format.rawValue).")
        }
    }

    private func webp(_ form: EncodingForm) throws(CodecError) -> [UInt8] {
        let kind =
            switch form.encoding {
            case .lossless: CVIPS_WEBP_LOSSLESS
            case .nearLossless: CVIPS_WEBP_NEAR_LOSSLESS
            case .lossySharp: CVIPS_WEBP_SHARP
            case .lossy, .lossy444: CVIPS_WEBP_LOSSY
            }
        return try unsafe save {
            unsafe cvips_save_webp($0, Int32(form.setting.quality), Int32(form.setting.effort), kind, &$1, &$2)
        }
    }

    private func jpeg(_ form: EncodingForm) throws(CodecError) -> [UInt8] {
        try unsafe save {
            unsafe cvips_save_jpeg($0, Int32(form.setting.quality), form.encoding == .lossy444 ? 1 : 0, &$1, &$2)
        }
    }

    /// libheif answers success with an empty picture when the encoder could not start its threads.
    private func avif(_ form: EncodingForm) throws(CodecError) -> [UInt8] {
        let setting = form.setting
        let bytes =
            if form.encoding == .lossy444 {
                try inMemory().drawnAVIF(setting)
            } else {
                try unsafe save {
                    unsafe cvips_save_avif($0, Int32(setting.quality), Int32(setting.effort), &$1, &$2)
                }
            }
        let structure = try unsafe bytes.lend { (raw) throws(CodecError) in
            try unsafe PictureStructure.read(ByteView(raw))
        }
        guard structure.isComplete, AVIFCheck.hasPixels(bytes) else {
            throw CodecError(.outOfMemory, "The AVIF encoder wrote a picture without content.")
        }
        return bytes
    }

    /// With the tools for drawn pictures, which libvips cannot ask for. Of pixels in memory.
    private func drawnAVIF(_ setting: EncoderSetting) throws(CodecError) -> [UInt8] {
        guard format == VIPS_FORMAT_UCHAR, bands == 3 || bands == 4 else {
            throw CodecError(.damaged, "The picture's colours could not be told.")
        }
        var bytes: UnsafeMutableRawPointer?
        var length = 0
        var reason = [CChar](repeating: 0, count: 200)
        let room = reason.count
        let code = unsafe lent { image in
            unsafe cheif_draw(
                cvips_pixels(image), Int32(width), Int32(height), Int32(bands), Int32(setting.quality),
                Int32(EncoderSetting.fastest - setting.effort), &bytes, &length, &reason, room)
        }
        defer { unsafe free(bytes) }
        guard code == 0, let bytes = unsafe bytes else {
            throw Complaint.ofEncoder(
                String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: length))
    }

    private func save(
        _ write: (UnsafeMutablePointer<VipsImage>, inout UnsafeMutableRawPointer?, inout Int) -> Int32
    ) throws(CodecError) -> [UInt8] {
        var bytes: UnsafeMutableRawPointer?
        var length = 0
        guard unsafe lent({ unsafe write($0, &bytes, &length) }) == 0, let bytes = unsafe bytes else {
            throw Complaint.take()
        }
        defer { unsafe g_free(bytes) }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: length))
    }
}
