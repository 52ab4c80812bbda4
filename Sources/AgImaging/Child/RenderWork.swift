import CSandbox
import Glibc

/// One order: a single decode, then everything from the pixels it left.
struct RenderWork {
    private let opened: Opened
    private let order: RenderOrder
    private let files: [Int32]
    private let link: ChildLink
    private var warnings: [String] = []
    private var cpuAtStart: Int64 = 0

    /// The longest side of the copy that the analysis looks at.
    private static let analysisSide = 64

    init(_ opened: Opened, _ order: RenderOrder, _ files: [Int32], _ link: ChildLink) {
        self.opened = opened
        self.order = order
        self.files = files
        self.link = link
        cpuAtStart = csandbox_cpu()
    }

    mutating func run() throws(CodecError) -> CodecReply {
        guard files.count == order.outputs.count + (order.thumbnail == nil ? 0 : 1) else {
            throw CodecError(.unavailable, "The order and its memory files do not match.")
        }
        let base = try decode()
        if let thumbnail = order.thumbnail { try makeThumbnail(thumbnail, base.raster) }
        if order.wantsAnalysis { link.send(.analysis(try analyse(base))) }
        try makeOutputs(base)
        return .done(warnings: warnings, cpu: csandbox_cpu() - cpuAtStart)
    }

    /// A decode that came to its end may still have left parts of the picture out.
    private mutating func noteLostData() throws(CodecError) {
        guard let words = Complaint.ofLostData() else { return }
        guard order.toleratesDamage else {
            throw CodecError(
                .damaged,
                "A part of the picture is missing or damaged inside the file (\(words)). Upload a sound copy, or this one "
                    + "again with the form field allowDamaged=1.")
        }
        warnings.append(RenderResult.lostData)
    }

    // MARK: The one decode

    private struct Base {
        let raster: Raster
        /// The whole picture as displayed.
        let width: Int
        let height: Int
    }

    /// The largest picture that is needed, upright, in sRGB, in memory. The decoder's own memory is free again after.
    private mutating func decode() throws(CodecError) -> Base {
        let orientation = opened.orientation
        let whole = try opened.load()
        if opened.structure.profileBytes > 0, !whole.hasProfile {
            warnings.append("The colour profile could not be read and was dropped.")
        }
        let isTurned = orientation >= 5
        let width = isTurned ? whole.height : whole.width
        let height = isTurned ? whole.width : whole.height
        let size = baseSize(width, height)
        let stored = isTurned ? PlannedSize(width: size.height, height: size.width) : size
        let source = try reopened(whole, for: stored)
        Complaint.forget()
        let small = try source.resized(to: stored).inMemory()
        try noteLostData()
        return Base(
            raster: try small.turned(by: orientation).inSRGB(opened.structure, &warnings), width: width,
            height: height)
    }

    private func baseSize(_ width: Int, _ height: Int) -> PlannedSize {
        let fitting = largest(width, height) ?? .fitting(width: width, height: height, into: Self.analysisSide)
        let covering = PlannedSize.covering(width: width, height: height, side: order.thumbnail?.side ?? 1)
        return covering.width > fitting.width ? covering : fitting
    }

    /// Lets the decoder skip detail, but leaves as much as was ordered to our own, better filter.
    private func reopened(_ whole: Raster, for size: PlannedSize) throws(CodecError) -> Raster {
        guard opened.structure.format.canShrinkOnLoad(frames: opened.structure.frames) else { return whole }
        let least = max(1, order.leastReduction)
        let room = min(whole.width / max(1, size.width * least), whole.height / max(1, size.height * least))
        let shrink = room >= 8 ? 8 : room >= 4 ? 4 : room >= 2 ? 2 : 1
        return shrink == 1 ? whole : try opened.load(shrink: shrink)
    }

    // MARK: What is made of it

    private func makeThumbnail(_ thumbnail: ThumbnailOrder, _ base: Raster) throws(CodecError) {
        let square = min(base.width, base.height)
        let middle = try base.cut(
            left: (base.width - square) / 2, top: (base.height - square) / 2, width: square, height: square)
        // The one derived picture that is enlarged where it must be: grids of thumbnails rely on its size.
        let cut = try middle.resized(to: PlannedSize(width: thumbnail.side, height: thumbnail.side)).inMemory()
        let wish = RenderOutput(
            name: "thumbnail", width: thumbnail.side, format: .webp, quality: thumbnail.quality, effort: 3)
        // Too small for anybody to read in it, and the first that a page shows: the quick way, whatever it shows.
        try deliver(try OutputEncoder.plain(cut, wish), cut, index: 0)
    }

    private func analyse(_ base: Base) throws(CodecError) -> PictureAnalysis {
        let longest = max(base.raster.width, base.raster.height)
        let scale = min(1, Double(Self.analysisSide) / Double(longest))
        let width = max(1, Int((Double(base.raster.width) * scale).rounded()))
        let height = max(1, Int((Double(base.raster.height) * scale).rounded()))
        let pixels = try base.raster.resized(to: PlannedSize(width: width, height: height)).rgba()
        return PictureAnalysis(
            thumbhash: ThumbHash.encode(width: width, height: height, pixels: pixels),
            colors: DominantColors.find(in: pixels), width: base.width, height: base.height)
    }

    /// The largest size that any output scales a picture to. All of them have its proportions.
    private func largest(_ width: Int, _ height: Int) -> PlannedSize? {
        order.outputs.map { RenderPlan($0, width: width, height: height).scaled }
            .max { ($0.width, $0.height) < ($1.width, $1.height) }
    }

    /// The largest comes from the base and all smaller ones from the largest.
    private func makeOutputs(_ base: Base) throws(CodecError) {
        guard let largest = largest(base.raster.width, base.raster.height) else { return }
        let first = try base.raster.resized(to: largest).inMemory()
        let encoder = OutputEncoder(
            kind: try first.kind(), original: opened, size: PlannedSize(width: base.width, height: base.height),
            seeksForms: order.seeksForms)
        var ready = [largest: first]
        var known: [Shown: OutputEncoder.Encoded] = [:]
        for (index, output) in order.outputs.enumerated() {
            let plan = RenderPlan(output, width: first.width, height: first.height)
            let raster: Raster
            if let made = ready[plan.scaled] {
                raster = made
            } else {
                raster = try first.resized(to: plan.scaled).inMemory()
            }
            ready[plan.scaled] = raster
            let picture = try raster.laidOut(plan, output.format)
            let shown = Shown(plan: plan, format: output.format)
            let made: OutputEncoder.Encoded
            if let same = known[shown] { made = same } else { made = try encoder.encode(picture, output) }
            if encoder.ignoresQuality(picture, output.format) { known[shown] = made }
            try deliver(made, picture, index: index + (order.thumbnail == nil ? 0 : 1))
        }
    }

    /// What a small graphic's larger variants have in common: all of it.
    private struct Shown: Hashable {
        let plan: RenderPlan
        let format: PictureFormat
    }

    private func deliver(_ made: OutputEncoder.Encoded, _ raster: Raster, index: Int) throws(CodecError) {
        try Self.write(made.bytes, to: files[index])
        link.send(
            .picture(
                index: index, width: raster.width, height: raster.height, length: Int64(made.bytes.count),
                encoding: made.encoding))
    }

    private static func write(_ bytes: [UInt8], to file: Int32) throws(CodecError) {
        var written = 0
        while written < bytes.count {
            let step = unsafe bytes.withUnsafeBytes { raw in
                unsafe pwrite(file, raw.baseAddress! + written, raw.count - written, off_t(written))
            }
            guard step > 0 else { throw CodecError(.outOfMemory, "A derived picture could not be written.") }
            written += step
        }
    }
}
