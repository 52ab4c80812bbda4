/// What the samples of a pixel mean, where the decoder does not know or does not say.
struct SampleLayout: Equatable {
    /// Which of the samples behind the colours is alpha, counted from 0.
    enum Alpha: Equatable {
        case asDecoded
        case none
        case extra(Int)
    }

    var alpha = Alpha.asDecoded
    /// Colours were multiplied by alpha.
    var isPremultiplied = false
    /// CIE Lab, which needs no profile.
    var isLab = false
    /// CIE Lab whose a and b are stored with half of their range added (TIFF's ICCLab).
    var isOffsetLab = false
    /// Luma and chroma that the decoder hands out as they are.
    var chroma: ChromaLayout?
}

/// How luma and two chroma samples stand for red, green and blue (TIFF 6.0, section 21).
struct ChromaLayout: Equatable {
    /// The parts of red, green and blue in luma.
    var luma = [0.299, 0.587, 0.114]
    /// Black and white of luma and of either chroma, where they are not the usual ones.
    var reference: [Double]?

    /// Black and white of samples that go up to `largest`.
    func bounds(_ largest: Double) -> [Double] {
        let middle = (largest + 1) / 2
        return reference ?? [0, largest, middle, largest, middle, largest]
    }

    /// From samples without their black to red, green and blue.
    func matrix(_ largest: Double) -> Matrix3 {
        let bounds = bounds(largest)
        let bright = largest / max(1, bounds[1] - bounds[0])
        let blueness = (largest - 1) / 2 / max(1, bounds[3] - bounds[2]) * (2 - 2 * luma[2])
        let redness = (largest - 1) / 2 / max(1, bounds[5] - bounds[4]) * (2 - 2 * luma[0])
        let greenByBlue = -blueness * luma[2] / luma[1]
        let greenByRed = -redness * luma[0] / luma[1]
        return Matrix3(rows: [
            [bright, 0, redness], [bright, greenByBlue, greenByRed], [bright, blueness, 0],
        ])
    }
}

extension SampleLayout {
    /// As a page's PhotometricInterpretation and ExtraSamples have it. Only what is said to be alpha is alpha: unspecified
    /// samples are masks, spot colours, depth.
    init(_ page: TIFFPage) {
        let photometric = page.number(262)
        self.init(alpha: .none)
        let extras = page.numbers(338, most: 16)
        if let index = extras.firstIndex(where: { $0 == 1 || $0 == 2 }) {
            alpha = .extra(index)
            isPremultiplied = extras[index] == 1
        }
        isLab = photometric == 8 || photometric == 9
        isOffsetLab = photometric == 9
        // With JPEG inside libtiff makes red, green and blue of them itself.
        chroma = photometric == 6 && page.number(259) != 7 ? ChromaLayout(page) : nil
    }
}

extension ChromaLayout {
    fileprivate init(_ page: TIFFPage) {
        if let parts = page.ratios(529, 3), parts.allSatisfy({ $0 > 0 && $0 < 1 }) { luma = parts }
        reference = page.ratios(532, 6)
    }
}
