import CVips

extension Raster {
    /// Cuts and pads as planned, after the scaling.
    func laidOut(_ plan: RenderPlan, _ format: PictureFormat) throws(CodecError) -> Raster {
        try cutFromMiddle(plan.cut).padded(to: plan.canvas, format)
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
