import Glibc

/// How stored values, 0 to 1, stand for light.
enum TransferFunction: Equatable {
    case sRGB
    case bt709
    case smpte240
    case linear
    /// Light is the stored value raised to this.
    case power(Double)
    /// Light over this many decades.
    case logarithmic(Double)
    case smpte428
    /// Absolute light up to 10,000 cd/m² (SMPTE ST 2084, BT.2100).
    case pq
    /// Light of the scene (ARIB STD-B67, BT.2100).
    case hlg

    /// `TransferCharacteristics` of ITU-T H.273, table 3; `nil` for numbers that it does not define.
    init?(cicp code: Int) {
        switch code {
        // 11 and 12 go beyond 0 and 1, which the formats we read cannot.
        case 1, 6, 11, 12, 14, 15: self = .bt709
        case 4: self = .power(2.2)
        case 5: self = .power(2.8)
        case 7: self = .smpte240
        case 8: self = .linear
        case 9: self = .logarithmic(2)
        case 10: self = .logarithmic(2.5)
        case 13: self = .sRGB
        case 16: self = .pq
        case 17: self = .smpte428
        case 18: self = .hlg
        default: return nil
        }
    }

    /// Brighter than white can be on an ordinary display, and so in need of tone mapping.
    var isHDR: Bool { self == .pq || self == .hlg }

    /// cd/m² of white on paper in the light of HDR (BT.2408): what becomes sRGB's white.
    static let diffuseWhite = 203.0

    /// The light of a stored value. 1 is white; of PQ it is diffuse white, and of HLG the brightest light of the scene.
    func light(_ value: Double) -> Double {
        switch self {
        case .sRGB: value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        case .bt709: value < 0.081 ? value / 4.5 : pow((value + 0.099) / 1.099, 1 / 0.45)
        case .smpte240: value < 0.0913 ? value / 4 : pow((value + 0.1115) / 1.1115, 1 / 0.45)
        case .linear: value
        case .power(let exponent): pow(value, exponent)
        case .logarithmic(let decades): value <= 0 ? 0 : pow(10, (value - 1) * decades)
        case .smpte428: 52.37 / 48 * pow(value, 2.6)
        case .pq: Self.pqLight(value) / Self.diffuseWhite
        case .hlg: Self.hlgLight(value)
        }
    }

    // MARK: PQ

    private static let m1 = 2610.0 / 16_384
    private static let m2 = 2523.0 / 32
    private static let c1 = 3424.0 / 4_096
    private static let c2 = 2413.0 / 128
    private static let c3 = 2392.0 / 128

    /// cd/m² of a stored value.
    static func pqLight(_ value: Double) -> Double {
        let root = pow(max(0, value), 1 / m2)
        return 10_000 * pow(max(0, root - c1) / (c2 - c3 * root), 1 / m1)
    }

    /// The stored value of so many cd/m².
    static func pqValue(_ light: Double) -> Double {
        let root = pow(max(0, light) / 10_000, m1)
        return pow((c1 + c2 * root) / (1 + c3 * root), m2)
    }

    private static func hlgLight(_ value: Double) -> Double {
        let a = 0.17883277
        let b = 0.28466892
        let c = 0.55991073
        return value <= 0.5 ? value * value / 3 : (exp((value - c) / a) + b) / 12
    }
}

extension TransferFunction {
    /// The stored value of light in sRGB.
    static func sRGBValue(_ light: Double) -> Double {
        light <= 0.0031308 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055
    }
}
