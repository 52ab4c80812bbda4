extension PictureLimits {
    /// Throws `tooLarge`, naming the number and the limit.
    func check(_ structure: PictureStructure, fileLength: Int) throws(CodecError) {
        try check(Int64(fileLength), "bytes", maxBytes)
        try checkSize(structure)
        try check(Int64(structure.frames), "frames", maxFrames)
        try check(structure.animationPixels, "pixels in all frames", maxAnimationPixels)
        try check(Int64(structure.scans), "scans", maxScans)
        try check(Int64(structure.textChunks), "text chunks", maxTextChunks)
        try check(Int64(structure.largestTextChunk), "bytes in a text chunk", maxTextChunkBytes)
        try check(Int64(structure.profileBytes), "bytes of colour profile", maxProfileBytes)
        // A TIFF's notes are spread over the file itself.
        let exif = structure.format == .tiff ? 0 : structure.exif?.count ?? 0
        try check(Int64(exif), "bytes of EXIF", maxExifBytes)
        try check(Int64(structure.xmpBytes), "bytes of XMP", maxXMPBytes)
        try checkExpansion(structure, Int64(fileLength))
    }

    private func checkSize(_ structure: PictureStructure) throws(CodecError) {
        guard structure.width > 0, structure.height > 0 else {
            throw CodecError(.damaged, "The picture's header says it is \(structure.width)x\(structure.height) pixels.")
        }
        let isSmall = structure.format == .gif || structure.format == .webp
        let side = isSmall ? min(maxSide, maxSideSmall) : maxSide
        try check(Int64(structure.width), "pixels wide", side)
        try check(Int64(structure.height), "pixels high", side)
        try check(structure.pixels, "pixels", mostPixels(of: structure.format))
    }

    private func mostPixels(of format: PictureFormat) -> Int64 {
        switch format {
        case .avif, .heic: min(maxPixels, maxPixelsHEIF)
        case .webp: min(maxPixels, maxPixelsWebP)
        default: maxPixels
        }
    }

    private func checkExpansion(_ structure: PictureStructure, _ fileLength: Int64) throws(CodecError) {
        let decoded = structure.pixels * Int64(structure.channels) * Int64(structure.bitsPerSample > 8 ? 2 : 1)
        guard decoded > 16 << 20 else { return }
        try check(decoded / max(1, fileLength), "decoded bytes per byte of file", maxExpansion)
    }

    private func check(_ value: Int64, _ what: String, _ limit: Int64) throws(CodecError) {
        if value > limit { throw CodecError(.tooLarge, "The picture has \(value) \(what); the limit is \(limit).") }
    }
}
