import CVips

extension Raster {
    /// The picture as a file's bytes, with no metadata of any kind.
    func encoded(_ format: PictureFormat, _ setting: EncoderSetting) throws(CodecError) -> [UInt8] {
        let bare = try unsafe made { unsafe cvips_bare($0) }
        switch format {
        case .webp: return WebPCut.withoutMetadata(try bare.webp(setting))
        case .avif: return try bare.avif(setting)
        case .jpeg:
            return try unsafe bare.onWhite().save { unsafe cvips_save_jpeg($0, Int32(setting.quality), &$1, &$2) }
        case .png: return try unsafe bare.save { unsafe cvips_save_png($0, &$1, &$2) }
        case .gif, .tiff, .heic: throw CodecError(.unsupportedFormat, "Pictures are not written as \(format.rawValue).")
        }
    }

    private func webp(_ setting: EncoderSetting) throws(CodecError) -> [UInt8] {
        try unsafe save { unsafe cvips_save_webp($0, Int32(setting.quality), Int32(setting.effort), &$1, &$2) }
    }

    /// libheif answers success with an empty picture when the encoder could not start its threads.
    private func avif(_ setting: EncoderSetting) throws(CodecError) -> [UInt8] {
        let bytes = try unsafe save {
            unsafe cvips_save_avif($0, Int32(setting.quality), Int32(setting.effort), &$1, &$2)
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
