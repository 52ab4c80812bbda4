/// What the chunks before a PNG's pixels say of its colours (PNG specification, third edition, section 4.3).
struct PNGColor {
    private var cicp: ColorSignal?
    private var isSRGB = false
    private var gamma: Double?
    private var primaries: Primaries?
    private var seen: Set<Int> = []

    /// Of several of a kind the first counts, as for libpng.
    mutating func note(_ kind: Int, _ body: Range<Int>, _ file: ByteView) {
        guard Self.kinds.contains(kind), seen.insert(kind).inserted else { return }
        switch kind {
        case 0x6349_4350: readCICP(body, file)  // cICP
        case 0x7352_4742: isSRGB = true  // sRGB
        case 0x6741_4D41: readGamma(body, file)  // gAMA
        case 0x6348_524D: readPrimaries(body, file)  // cHRM
        default: break
        }
    }

    private static let kinds: Set<Int> = [0x6349_4350, 0x7352_4742, 0x6741_4D41, 0x6348_524D]

    /// cICP stands above a profile, and a profile above the others.
    var signal: ColorSignal? {
        if let cicp { return cicp }
        if isSRGB || (gamma == nil && primaries == nil) { return nil }
        return ColorSignal(primaries: primaries ?? .sRGB, transfer: transfer)
    }

    /// Writers put 1/2.2 beside sRGB's curve, which has no exponent of its own; libpng takes up to 5 % for it, too.
    private var transfer: TransferFunction {
        guard let gamma, abs(gamma * 2.2 - 1) > 0.05 else { return .sRGB }
        return abs(gamma - 1) < 0.001 ? .linear : .power(1 / gamma)
    }

    /// Primaries, transfer function, matrix and range. A matrix, or a number that we do not know, leaves it without effect.
    private mutating func readCICP(_ body: Range<Int>, _ file: ByteView) {
        let bytes = file.copy(at: body.lowerBound, min(body.count, 4)).map { Int($0) }
        guard bytes.count == 4, bytes[2] == 0, bytes[3] <= 1, let primaries = Primaries(cicp: bytes[0]),
            let transfer = TransferFunction(cicp: bytes[1])
        else { return }
        cicp = ColorSignal(
            primaries: primaries, transfer: transfer, isNarrow: bytes[3] == 0, overridesProfile: true)
    }

    private mutating func readGamma(_ body: Range<Int>, _ file: ByteView) {
        guard body.count == 4, let value = file.number(at: body.lowerBound, 4) else { return }
        let exponent = Double(value) / 100_000
        // What lies outside is a mistake: no picture would be left.
        gamma = (0.1...10).contains(exponent) ? exponent : nil
    }

    private mutating func readPrimaries(_ body: Range<Int>, _ file: ByteView) {
        guard body.count == 32 else { return }
        let values = (0..<8).map { Double(file.number(at: body.lowerBound + 4 * $0, 4) ?? 0) / 100_000 }
        guard values.allSatisfy({ $0 <= 1 }) else { return }
        let points = (0..<4).map { Primaries.Point(values[2 * $0], values[2 * $0 + 1]) }
        let read = Primaries(red: points[1], green: points[2], blue: points[3], white: points[0])
        primaries = read.toSRGB == nil ? nil : read
    }
}
