extension PictureLimits {
    /// Throws `tooLarge`, naming the number and the limit.
    func check(_ structure: PictureStructure, fileLength: Int) throws(CodecError) {
        try check(Int64(fileLength), "bytes", maxBytes)
        try checkSize(structure)
        try check(Int64(structure.scans), "scans", maxScans)
        try check(Int64(structure.profileBytes), "bytes of colour profile", maxProfileBytes)
    }

    private func checkSize(_ structure: PictureStructure) throws(CodecError) {
        guard structure.width > 0, structure.height > 0 else {
            throw CodecError(.damaged, "The picture's header says it is \(structure.width)x\(structure.height) pixels.")
        }
        let isSmall = structure.format == .gif || structure.format == .webp
        let side = isSmall ? min(maxSide, maxSideSmall) : maxSide
        try check(Int64(structure.width), "pixels wide", side)
        try check(Int64(structure.height), "pixels high", side)
        let most = mostPixels(of: structure.format)
        try check(structure.pixels, "pixels", most)
        // Tiles stand over the edges of small grids, and alpha is a picture of its own.
        try check(structure.decodedPixels, "pixels to decode", PictureStructure.product(3, most))
    }

    private func mostPixels(of format: PictureFormat) -> Int64 {
        switch format {
        case .avif, .heic: min(maxPixels, maxPixelsHEIF)
        case .webp: min(maxPixels, maxPixelsWebP)
        default: maxPixels
        }
    }

    private func check(_ value: Int64, _ what: String, _ limit: Int64) throws(CodecError) {
        if value > limit { throw CodecError(.tooLarge, "The picture has \(value) \(what); the limit is \(limit).") }
    }
}
