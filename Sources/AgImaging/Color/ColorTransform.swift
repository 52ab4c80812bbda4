import Glibc

/// Pixels in the colours that a file signals, made eight bits of sRGB.
///
/// Each stored value becomes light by a table; light becomes sRGB's by a matrix. HDR has two steps more, the display's own
/// curve (HLG) and the tone curve. What lies outside of sRGB is cut off as browsers do; of HDR it is desaturated.
struct ColorTransform {
    private let light: [Float]
    private let columns: [SIMD3<Float>]
    private let luminance: SIMD3<Float>
    private let transfer: TransferFunction
    private let encoding = Self.encoded

    /// `largest` is the stored value that stands for 1; `nil` when the primaries span no colour space.
    init?(_ signal: ColorSignal, values: Int, largest: Int) {
        guard let matrix = signal.primaries.toSRGB, let toXYZ = signal.primaries.toXYZ else { return nil }
        transfer = signal.transfer
        columns = (0..<3).map { column in
            SIMD3(Float(matrix[0, column]), Float(matrix[1, column]), Float(matrix[2, column]))
        }
        luminance = SIMD3(Float(toXYZ[1, 0]), Float(toXYZ[1, 1]), Float(toXYZ[1, 2]))
        let (black, range) = signal.isNarrow ? (16.0 / 255, 219.0 / 255) : (0, 1)
        light = (0..<values).map { value in
            let stored = (Double(value) / Double(largest) - black) / range
            return Float(signal.transfer.light(min(max(stored, 0), 1)))
        }
    }

    // MARK: sRGB

    private static let steps = 16_384

    /// sRGB's values of light from 0 to 1.
    private static let encoded: [UInt8] = (0...steps).map { step in
        let light = Double(step) / Double(steps)
        return UInt8((255 * TransferFunction.sRGBValue(light)).rounded())
    }

    private func value(_ light: Float) -> UInt8 {
        guard light > 0 else { return 0 }
        return light < 1 ? encoding[Int(light * Float(Self.steps) + 0.5)] : 255
    }

    // MARK: Pixels

    /// One or three colours, then perhaps alpha, to three and alpha.
    func convert<Sample: FixedWidthInteger & UnsignedInteger>(
        _ source: UnsafeBufferPointer<Sample>, bands: Int, into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        let curve = transfer.isHDR ? unsafe ToneCurve(peak: peak(of: source, bands: bands)) : nil
        let colors = bands < 3 ? 1 : 3
        let hasAlpha = bands > colors
        var place = 0
        for start in stride(from: 0, to: source.count, by: bands) {
            let color = displayed(unsafe scene(source, start, colors), curve)
            unsafe target[place] = value(color.x)
            unsafe target[place + 1] = value(color.y)
            unsafe target[place + 2] = value(color.z)
            place += 3
            guard hasAlpha else { continue }
            unsafe target[place] = UInt8(truncatingIfNeeded: source[start + colors] >> (Sample.bitWidth - 8))
            place += 1
        }
    }

    private func scene<Sample: FixedWidthInteger & UnsignedInteger>(
        _ source: UnsafeBufferPointer<Sample>, _ start: Int, _ colors: Int
    ) -> SIMD3<Float> {
        let first = light[Int(unsafe source[start])]
        guard colors == 3 else { return SIMD3(repeating: first) }
        return SIMD3(first, light[Int(unsafe source[start + 1])], light[Int(unsafe source[start + 2])])
    }

    /// Linear sRGB; of HDR within its bounds.
    private func displayed(_ scene: SIMD3<Float>, _ curve: ToneCurve?) -> SIMD3<Float> {
        guard let curve else { return columns[0] * scene.x + columns[1] * scene.y + columns[2] * scene.z }
        var color = relative(scene)
        color *= curve.factor(ofLargest: color.max())
        return desaturated(columns[0] * color.x + columns[1] * color.y + columns[2] * color.z)
    }

    // MARK: HDR

    /// Light relative to diffuse white. HLG's on a display of 1,000 cd/m², whose system gamma is 1.2 (BT.2100).
    private func relative(_ scene: SIMD3<Float>) -> SIMD3<Float> {
        guard transfer == .hlg else { return scene }
        let luminance = (scene * luminance).sum()
        return luminance <= 0 ? scene : scene * (ToneCurve.brightest * powf(luminance, 0.2))
    }

    /// Mixed with grey of the same luminance until no component is below 0 or above 1: the hue stays.
    private func desaturated(_ color: SIMD3<Float>) -> SIMD3<Float> {
        let (least, most) = (color.min(), color.max())
        if least >= 0, most <= 1 { return color }
        let grey = min(max((color * SIMD3(0.2126, 0.7152, 0.0722)).sum(), 0), 1)
        var share: Float = 1
        if least < 0 { share = min(share, grey / (grey - least)) }
        if most > 1 { share = min(share, (1 - grey) / (most - grey)) }
        return (color - grey) * share + grey
    }

    /// The light that all but one of ten thousand visible pixels stay below: a few sparks do not darken a picture.
    private func peak<Sample: FixedWidthInteger & UnsignedInteger>(
        of source: UnsafeBufferPointer<Sample>, bands: Int
    ) -> Float {
        var counts = [Int](repeating: 0, count: 1 << 16)
        let colors = bands < 3 ? 1 : 3
        var visible = 0
        for start in stride(from: 0, to: source.count, by: bands) {
            if bands > colors, unsafe source[start + colors] == 0 { continue }
            // Lights are never negative, so that their bits have their order.
            counts[Int(max(0, relative(unsafe scene(source, start, colors)).max()).bitPattern >> 16)] += 1
            visible += 1
        }
        var left = visible / 10_000
        for bits in counts.indices.reversed() where counts[bits] > 0 {
            left -= counts[bits]
            if left < 0 { return Float(bitPattern: UInt32(bits) << 16 | 0xFFFF) }
        }
        return 1
    }
}
