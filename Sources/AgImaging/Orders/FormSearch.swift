/// Decides which encodings of a graphic are tried, and which is kept. Pure; `OutputEncoder` encodes and measures.
///
/// The rule and the measurements behind it are in decision 0009. In short: a form is right when no colour moved visibly;
/// the smallest right form is kept; and the trying ends with the first right form that is not larger than the original,
/// because what is tried first looks best.
struct FormSearch {
    struct Subject {
        let format: PictureFormat
        let kind: PictureKind
        /// The size of the whole original.
        let isNative: Bool
        /// An original that lost detail already has traces that lossless coding would keep at great cost.
        let isLossySource: Bool
        let pixels: Int
        /// Of the original's file.
        let limit: Int
        /// What the recipe of photographs would do.
        let plain: EncodingForm
    }

    struct Trial {
        let form: EncodingForm
        let byteCount: Int
        /// See `ColorShift`.
        let shift: Double

        var isRight: Bool { shift < ColorShift.wrong }
    }

    private let subject: Subject
    private(set) var trials: [Trial] = []

    /// Beyond so many pixels an encoder at full chroma would take more memory than a child should.
    static let mostPixels = 18_000_000
    /// Beyond these, fewer trials, so that no picture takes many seconds.
    private static let manyPixels = 4_000_000

    init(_ subject: Subject) {
        self.subject = subject
    }

    /// The form to try now; `nil` when enough was tried.
    func next() -> EncodingForm? {
        if subject.pixels > Self.mostPixels { return trials.isEmpty ? subject.plain : nil }
        let isLarge = subject.pixels > Self.manyPixels
        if subject.format == .avif { return trials.count < (isLarge ? 2 : 4) ? nextAVIF() : nil }
        return trials.count < (isLarge ? 3 : 4) ? nextWebP() : nil
    }

    mutating func note(_ trial: Trial) { trials.append(trial) }

    /// The one to keep: the smallest right one; of none that is right, the least wrong.
    var best: Int? {
        let right = trials.indices.filter { trials[$0].isRight }
        return right.min { trials[$0].byteCount < trials[$1].byteCount }
            ?? trials.indices.min { trials[$0].shift < trials[$1].shift }
    }

    private var smallestRight: Trial? { best.map { trials[$0] }.flatMap { $0.isRight ? $0 : nil } }
    private var fits: Bool { smallestRight.map { $0.byteCount <= subject.limit } ?? false }

    // MARK: WebP

    /// When a form is worth its time.
    private enum Need {
        case always
        case nothingFits
        /// Nothing fits, and what was lossy was wrong: at a higher quality it may be right.
        case lossyWrong
        /// Nothing fits, but something right is so near that a lower quality could.
        case littleTooLarge
        case nothingRight
    }

    /// Q65 has about this share of the bytes of Q80.
    private static let shareOfLower = 0.75

    private func nextWebP() -> EncodingForm? {
        let tried = Set(trials.map(\.form))
        return ladderWebP().first { form, need in !tried.contains(form) && isNeeded(need) }?.0
    }

    private func ladderWebP() -> [(EncodingForm, Need)] {
        if subject.kind == .mixed {
            return [
                (subject.plain, .always), (.sharp(80), .nothingFits), (.sharp(92), .lossyWrong),
                (.nearLossless, .nothingRight),
            ]
        }
        if subject.isLossySource {
            return [
                (.sharp(80), .always), (.sharp(65), .littleTooLarge), (.sharp(92), .lossyWrong),
                (.nearLossless, .nothingRight),
            ]
        }
        let first: [(EncodingForm, Need)] =
            subject.isNative
            ? [(.lossless, .always), (.nearLossless, .nothingFits), (.sharp(80), .nothingFits)]
            : [(.sharp(80), .always), (.nearLossless, .always)]
        return first + [(.sharp(65), .littleTooLarge), (.sharp(92), .lossyWrong)]
    }

    private func isNeeded(_ need: Need) -> Bool {
        switch need {
        case .always: true
        case .nothingFits: !fits
        case .lossyWrong: !fits && !trials.contains { $0.isRight && $0.form.encoding == .lossySharp }
        case .littleTooLarge: !fits && isNearlyFitting
        case .nothingRight: smallestRight == nil
        }
    }

    private var isNearlyFitting: Bool {
        trials.contains {
            $0.isRight && $0.form.encoding == .lossySharp
                && Double($0.byteCount) * Self.shareOfLower <= Double(subject.limit)
        }
    }

    // MARK: AVIF

    /// Below 50 text falls apart.
    private static let lower = [72, 64, 57, 50]
    private static let higher = [82, 92]
    /// Bytes fall at least by this share for each step of quality, text the slowest.
    private static let slope = 0.012

    private func nextAVIF() -> EncodingForm? {
        if fits { return nil }
        if subject.kind == .mixed, trials.isEmpty { return subject.plain }
        let full = trials.filter(isFull)
        let first = subject.kind == .mixed ? 64 : 72
        guard !full.isEmpty else { return .full(first) }
        if mayRepeat(full) { return .repeating(first) }
        let right = full.filter(\.isRight)
        guard let lowest = right.min(by: { $0.form.setting.quality < $1.form.setting.quality }) else {
            let tried = full.map(\.form.setting.quality).max() ?? first
            return ([72] + Self.higher).first { $0 > tried }.map { .full($0) }
        }
        return lowered(lowest, wrong: full.filter { !$0.isRight })
    }

    /// Without the search for repeated shapes.
    private func isFull(_ trial: Trial) -> Bool {
        trial.form.encoding == .lossy444 && trial.form == .full(trial.form.setting.quality)
    }

    /// About 1.8 s of processor time for a million pixels.
    private static let mostToRepeat = 3_000_000

    /// Text of a program repeats its letters to the pixel. That is worth its time only where no lower quality would do.
    private func mayRepeat(_ full: [Trial]) -> Bool {
        guard subject.kind == .graphic, subject.isNative, !subject.isLossySource, full.count == trials.count,
            subject.pixels <= Self.mostToRepeat, let first = full.first, full.count == 1
        else { return false }
        let share = 1 - Self.slope * Double(first.form.setting.quality - Self.lower[Self.lower.count - 1])
        return Double(first.byteCount) * share > Double(subject.limit)
    }

    /// As little below the lowest right quality as should do, above those that were wrong.
    private func lowered(_ lowest: Trial, wrong: [Trial]) -> EncodingForm? {
        let quality = lowest.form.setting.quality
        let floor = wrong.map(\.form.setting.quality).filter { $0 < quality }.max() ?? 0
        guard saves(lowest) else { return nil }
        let left = Self.lower.filter { $0 < quality && $0 > floor }
        let ratio = Double(lowest.byteCount) / Double(max(1, subject.limit))
        let enough = left.first { ratio * (1 - Self.slope * Double(quality - $0)) <= 1 } ?? left.last
        return enough.map { .full($0) }
    }

    /// Of two colours alone there is nothing that a lower quality could leave out.
    private func saves(_ lowest: Trial) -> Bool {
        let best = trials.filter { $0.form != lowest.form && isFull($0) && $0.isRight }
        guard let before = best.map(\.byteCount).min() else { return true }
        return Double(lowest.byteCount) < 0.97 * Double(before)
    }
}
