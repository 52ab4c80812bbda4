import AgBase
import AgImaging
import AgLibrary
import AgModel

/// What a call for a render asks for, as it was written: in a query, or in the body that wants one signed.
struct RenderParcel {
    let width: Int?
    let height: Int?
    let fit: RenderFit
    /// `nil` leaves it to the `Accept` header.
    let format: PictureFormat?
    let quality: Int

    /// Throws `Fault` 400 `invalid-query`.
    init(_ query: QueryReader, _ settings: RenderSettings) throws {
        let sides = 1...settings.longestSide
        width = try query.int("w", in: sides)
        height = try query.int("h", in: sides)
        let fits = RenderFit.allCases.map(\.rawValue)
        fit = try query.word("fit", of: fits).flatMap(RenderFit.init) ?? .inside
        let formats = RenderWish.formats.map(\.rawValue)
        format = try query.word("format", of: formats).flatMap(PictureFormat.init)
        quality = try query.int("q", in: 1...100) ?? RenderWish.usualQuality
        guard width != nil || height != nil else { throw Self.needsSize }
    }

    /// Throws `Fault` 403 `size-not-allowed`.
    func checkPreset(_ settings: RenderSettings) throws {
        try settings.checkPreset(width: width, height: height, quality: quality)
    }

    func wish(_ accepted: VariantFormat, _ settings: RenderSettings) -> RenderWish {
        RenderWish(
            width: width, height: height, fit: fit, format: format ?? (accepted == .avif ? .avif : .webp),
            quality: quality, longestSide: settings.longestSide)
    }

    private static var needsSize: Fault {
        let sentence = "Say how large the picture shall be: 'w', 'h', or both, in pixels."
        return Fault(
            .badRequest, "invalid-query", sentence,
            details: ["w", "h"].map { Fault.Detail(subject: $0, code: "missing", detail: sentence) })
    }
}
