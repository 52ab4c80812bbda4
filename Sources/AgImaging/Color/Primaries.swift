/// The chromaticities (CIE 1931 x and y) of a colour space's red, green, blue and white.
struct Primaries: Equatable {
    struct Point: Equatable {
        let x: Double
        let y: Double

        init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }

        /// Its X, Y and Z at luminance 1.
        fileprivate var tristimulus: [Double] { [x / y, 1, (1 - x - y) / y] }

        fileprivate var isReal: Bool { (0...1).contains(x) && y > 0 && y <= 1 && x + y <= 1 }
    }

    let red: Point
    let green: Point
    let blue: Point
    let white: Point

    private static let d65 = Point(0.3127, 0.3290)
    private static let illuminantC = Point(0.310, 0.316)
    private static let d50 = Point(0.3457, 0.3585)

    /// X, Y and Z of the white of print (ISO 3664) and of ICC's profiles.
    static let whiteOfPrint = d50.tristimulus
    /// From X, Y and Z beside that white to those beside sRGB's.
    static let fromPrint = Matrix3.adaptation(from: d50.tristimulus, to: d65.tristimulus) ?? .identity

    static let sRGB = Primaries(
        red: Point(0.64, 0.33), green: Point(0.30, 0.60), blue: Point(0.15, 0.06), white: d65)

    init(red: Point, green: Point, blue: Point, white: Point) {
        self.red = red
        self.green = green
        self.blue = blue
        self.white = white
    }

    /// `ColourPrimaries` of ITU-T H.273, table 2; `nil` for numbers that it does not define.
    init?(cicp code: Int) {
        switch code {
        case 1: self = .sRGB
        case 4: self.init((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), Self.illuminantC)
        case 5: self.init((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), Self.d65)
        case 6, 7: self.init((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), Self.d65)
        case 8: self.init((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), Self.illuminantC)
        case 9: self.init((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), Self.d65)
        case 10: self.init((1, 0), (0, 1), (0, 0), Point(1 / 3, 1 / 3))
        case 11: self.init((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), Point(0.314, 0.351))
        case 12: self.init((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), Self.d65)
        case 22: self.init((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), Self.d65)
        default: return nil
        }
    }

    private init(
        _ red: (Double, Double), _ green: (Double, Double), _ blue: (Double, Double), _ white: Point
    ) {
        self.init(red: Point(red.0, red.1), green: Point(green.0, green.1), blue: Point(blue.0, blue.1), white: white)
    }

    /// From linear values of these primaries to X, Y and Z, where white has luminance 1; `nil` when they span no space.
    var toXYZ: Matrix3? {
        guard white.isReal else { return nil }
        // Without division by y, which is 0 for two of the primaries of CIE XYZ.
        let columns = [red, green, blue].map { [$0.x, $0.y, 1 - $0.x - $0.y] }
        let spanned = Matrix3(columns: columns)
        guard let scales = spanned.inverse?.applied(to: white.tristimulus) else { return nil }
        return Matrix3(columns: zip(columns, scales).map { column, scale in column.map { $0 * scale } })
    }

    /// From linear values of these primaries to linear sRGB, white to white; `nil` when they span no space.
    var toSRGB: Matrix3? {
        guard let toXYZ, let fromXYZ = Self.sRGB.toXYZ?.inverse,
            let adapted = Matrix3.adaptation(from: white.tristimulus, to: Self.d65.tristimulus)
        else { return nil }
        return fromXYZ * adapted * toXYZ
    }
}
