/// The colours that a file names by numbers, where it has no profile that describes them.
struct ColorSignal: Equatable {
    var primaries = Primaries.sRGB
    var transfer = TransferFunction.sRGB
    /// Values from 16 to 235 (of 8 bits) instead of all of them.
    var isNarrow = false
    /// Stands above a profile in the same file.
    var overridesProfile = false

    /// Nothing is to be done.
    var isSRGB: Bool { primaries.isNearSRGB && transfer == .sRGB && !isNarrow }
}

extension ColorSignal {
    /// The numbers of an `nclx` box or a video header (ITU-T H.273); what is unspecified or unknown is as in sRGB.
    init(primaries: Int, transfer: Int) {
        self.init(
            primaries: Primaries(cicp: primaries) ?? .sRGB, transfer: TransferFunction(cicp: transfer) ?? .sRGB)
    }
}

extension Primaries {
    /// Chromaticities are written with three to five digits: smaller differences are no other colours.
    fileprivate var isNearSRGB: Bool {
        zip([red, green, blue, white], [Self.sRGB.red, Self.sRGB.green, Self.sRGB.blue, Self.sRGB.white])
            .allSatisfy { abs($0.x - $1.x) < 0.002 && abs($0.y - $1.y) < 0.002 }
    }
}
