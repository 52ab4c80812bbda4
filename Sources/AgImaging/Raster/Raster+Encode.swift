import CVips

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
        let bytes = try unsafe save {
            unsafe cvips_save_avif(
                $0, Int32(form.setting.quality), Int32(form.setting.effort), form.encoding == .lossy444 ? 1 : 0, &$1,
                &$2)
        }
        let structure = try unsafe bytes.lend { (raw) throws(CodecError) in
            try unsafe PictureStructure.read(ByteView(raw))
        }
        guard structure.isComplete, AVIFCheck.hasPixels(bytes) else {
            throw CodecError(.outOfMemory, "The AVIF encoder wrote a picture without content.")
        }
        return bytes
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
