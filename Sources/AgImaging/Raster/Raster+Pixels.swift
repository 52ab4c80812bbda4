import CVips

extension Raster {
    /// Eight bits a band of three or four bands in memory, row by row; for one call.
    private func withPixels<Value>(_ body: (UnsafeRawBufferPointer) -> Value) throws(CodecError) -> Value {
        guard bands == 3 || bands == 4, format == VIPS_FORMAT_UCHAR,
            let start = unsafe lent({ unsafe vips_image_get_data($0) })
        else { throw CodecError(.damaged, "The picture's colours could not be told.") }
        return withExtendedLifetime(self) {
            unsafe body(UnsafeRawBufferPointer(start: start, count: width * height * bands))
        }
    }

    /// So many blocks of 8x8 pixels are looked at, of each every fourth pixel.
    private static let mostBlocks = 3_000

    /// What kind of picture this is, by pixels from all over it. It must be in memory. Costs about a millisecond.
    func kind() throws(CodecError) -> PictureKind {
        let (width, bands) = (width, bands)
        let samples = try unsafe withPixels { pixels in
            places().map { unsafe Self.onWhite(Self.pixel(pixels, $0.y * width + $0.x, bands)) }
        }
        return PictureKind(samples: samples)
    }

    private static func onWhite(_ pixel: ColorShift.Color) -> UInt32 {
        let alpha = UInt32(pixel.alpha)
        let light = 255 * (255 - alpha)
        let red = (UInt32(pixel.red) * alpha + light) / 255
        let green = (UInt32(pixel.green) * alpha + light) / 255
        return red << 16 | green << 8 | (UInt32(pixel.blue) * alpha + light) / 255
    }

    private func places() -> [(x: Int, y: Int)] {
        let across = max(1, width / 8)
        let blocks = across * max(1, height / 8)
        let step = (blocks + Self.mostBlocks - 1) / Self.mostBlocks
        var places: [(x: Int, y: Int)] = []
        places.reserveCapacity(blocks / step * 16 + 16)
        for block in stride(from: 0, to: blocks, by: step) {
            let top = block / across * 8
            let left = block % across * 8
            for y in top..<min(top + 8, height) {
                // Staggered, so that no column is always missed.
                for x in stride(from: left + y % 4, to: min(left + 8, width), by: 4) { places.append((x, y)) }
            }
        }
        return places
    }

    /// Rows are left out of larger pictures: as many pixels say as much.
    private static let mostCompared = 1_500_000

    /// How far the colours of this picture moved in `other`, which is of the same size. Both must be in memory.
    func colorShift(in other: Raster) throws(CodecError) -> Double {
        guard width == other.width, height == other.height else {
            throw CodecError(.damaged, "An encoder changed the size of a picture.")
        }
        let step = (width * height + Self.mostCompared - 1) / Self.mostCompared
        let compared = try unsafe withPixels { (before) -> Result<ColorShift, CodecError> in
            do throws(CodecError) {
                return .success(try unsafe other.withPixels { unsafe compare(before, $0, other.bands, step) })
            } catch { return .failure(error) }
        }
        return try compared.get().worst
    }

    private func compare(
        _ before: UnsafeRawBufferPointer, _ after: UnsafeRawBufferPointer, _ bandsAfter: Int, _ step: Int
    ) -> ColorShift {
        var shift = ColorShift()
        let (width, bands) = (width, bands)
        for row in stride(from: 0, to: height, by: step) {
            var left: ColorShift.Color?
            for place in row * width..<(row + 1) * width {
                let color = unsafe Self.pixel(before, place, bands)
                // Like its neighbour, so it was painted: soft edges and photographs are hardly ever.
                let above = row > 0 ? unsafe Self.pixel(before, place - width, bands) : nil
                if color == left || color == above {
                    shift.add(color, unsafe Self.pixel(after, place, bandsAfter))
                }
                left = color
            }
        }
        return shift
    }

    @inline(__always)
    private static func pixel(_ pixels: UnsafeRawBufferPointer, _ place: Int, _ bands: Int) -> ColorShift.Color {
        let start = place * bands
        return unsafe ColorShift.Color(
            red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2],
            alpha: bands == 4 ? pixels[start + 3] : 255)
    }
}
