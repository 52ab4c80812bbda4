/// Takes light above diffuse white back to what an ordinary display can show: the curve of BT.2390, section 5.4 (EETF).
///
/// Light is relative to diffuse white, which is the target's brightest. Up to the knee nothing changes; above it,
/// highlights are compressed, the more the brighter the picture is.
struct ToneCurve {
    /// The brightest light of the source that is kept apart from others.
    private let peak: Double
    private let knee: Double
    private let most: Double

    /// Light up to this stays as it is.
    let start: Float
    /// Of each light from `start` on, by its upper bits, what it is multiplied by.
    private var factors: [Float] = []
    private static let lowestBits = 12

    /// No picture is made darker for the sake of what is brighter than this.
    static let brightest: Float = 1_000 / Float(TransferFunction.diffuseWhite)

    /// `peak` is the brightest light of the picture.
    init(peak: Float) {
        let white = TransferFunction.diffuseWhite
        self.peak = Double(min(max(peak, 1), Self.brightest))
        let range = TransferFunction.pqValue(self.peak * white)
        most = TransferFunction.pqValue(white) / range
        knee = 1.5 * most - 0.5
        start = self.peak > 1 ? Float(TransferFunction.pqLight(knee * range) / white) : 1
        factors = Self.bins(start, Float(self.peak)).map { [self] in factor($0) }
    }

    /// What all three components are multiplied by when the largest is `light`: their proportions, and so the hue, stay.
    func factor(ofLargest light: Float) -> Float {
        if light <= start { return 1 }
        let index = Int(light.bitPattern >> Self.lowestBits) - Int(start.bitPattern >> Self.lowestBits)
        return index < factors.count - 1 ? factors[index] : 1 / light
    }

    /// One light for each step of the upper bits, which are less than a thousandth apart.
    private static func bins(_ start: Float, _ end: Float) -> [Float] {
        (start.bitPattern >> lowestBits...end.bitPattern >> lowestBits).map {
            Float(bitPattern: $0 << lowestBits | 1 << (lowestBits - 1))
        }
    }

    private func factor(_ light: Float) -> Float {
        let white = TransferFunction.diffuseWhite
        let range = TransferFunction.pqValue(peak * white)
        let value = min(1, TransferFunction.pqValue(Double(light) * white) / range)
        guard value > knee else { return 1 }
        return Float(TransferFunction.pqLight(compressed(value) * range) / white) / light
    }

    /// The Hermite spline from the knee to the target's brightest.
    private func compressed(_ value: Double) -> Double {
        let t = (value - knee) / (1 - knee)
        let (t2, t3) = (t * t, t * t * t)
        return (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * most
    }
}
