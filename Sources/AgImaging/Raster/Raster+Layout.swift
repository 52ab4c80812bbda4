import CVips

extension Raster {
    /// Cuts and pads as planned, after the scaling.
    func laidOut(_ plan: RenderPlan, _ format: PictureFormat) throws(CodecError) -> Raster {
        try cutFromMiddle(plan.cut).padded(to: plan.canvas, format)
    }

    /// What no frame covers is transparent. libvips leaves it black in a GIF that has no transparent colour.
    func clear(outside frame: PictureFrame?) throws(CodecError) -> Raster {
        guard !hasAlpha, let drawn = frame?.cut(toWidth: width, height: height),
            drawn != PictureFrame(left: 0, top: 0, width: width, height: height)
        else { return self }
        let part = try cut(left: drawn.left, top: drawn.top, width: drawn.width, height: drawn.height).withAlpha()
        let placed = try unsafe part.made {
            unsafe cvips_placed($0, Int32(drawn.left), Int32(drawn.top), Int32(width), Int32(height))
        }
        placed.storedColorSpace = storedColorSpace
        return placed
    }

    /// Without alpha, on white.
    func onWhite() throws(CodecError) -> Raster {
        hasAlpha ? try unsafe made { unsafe cvips_on_white($0) } : self
    }

    private func cutFromMiddle(_ size: PlannedSize) throws(CodecError) -> Raster {
        guard size != PlannedSize(width: width, height: height) else { return self }
        return try cut(
            left: (width - size.width) / 2, top: (height - size.height) / 2, width: size.width, height: size.height)
    }

    private func padded(to size: PlannedSize, _ format: PictureFormat) throws(CodecError) -> Raster {
        guard size != PlannedSize(width: width, height: height) else { return self }
        let ready = format == .jpeg ? try onWhite() : try withAlpha()
        return try unsafe ready.made { unsafe cvips_embed($0, Int32(size.width), Int32(size.height)) }
    }

    private func withAlpha() throws(CodecError) -> Raster {
        hasAlpha ? self : try unsafe made { unsafe cvips_with_alpha($0) }
    }
}
