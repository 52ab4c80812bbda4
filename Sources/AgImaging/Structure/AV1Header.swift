/// Reads the sequence and frame headers of AV1 (AV1 bitstream specification, sections 5.5 and 5.9): how large the frames
/// are that a decoder makes, whatever the container says, and their colours.
struct AV1Header {
    private var found = VideoHeader()
    private var sequence: Sequence?

    /// Obu types of section 6.2.2.
    private enum Kind {
        static let sequence = 1
        static let frames = [3, 6, 7]
    }

    /// As much of a header as is looked at; more than any has.
    private static let longest = 256
    /// Pictures have one frame of a few tile groups.
    private static let most = 1_000

    /// What the units in `bytes` say together; `nil` when there are more than any picture has.
    static func read(_ item: HEIFItemBytes) -> VideoHeader? {
        var bytes = item
        var header = AV1Header()
        var count = 0
        while let first = bytes.next() {
            count += 1
            guard count <= most else { return nil }
            if first & 4 != 0 { bytes.skip(1) }
            guard let length = first & 2 != 0 ? bytes.shortened() : bytes.count else { break }
            header.note(Int(first >> 3 & 15), bytes.peek(min(length, longest)))
            bytes.skip(length)
        }
        return header.found
    }

    private mutating func note(_ kind: Int, _ body: [UInt8]) {
        if kind == Kind.sequence, let read = Sequence(body) {
            sequence = read
            found.add(read.header)
        }
        // A frame may be of another size than its sequence, as many bits as that has.
        if Kind.frames.contains(kind), let sides = sequence?.sides(ofFrame: body) {
            found.add(VideoHeader(sides: sides))
        }
    }
}

extension AV1Header {
    /// `sequence_header_obu`.
    struct Sequence {
        private var reader: BitReader
        private(set) var header = VideoHeader()
        private var isReduced = false
        private var hasEqualIntervals = false
        private var hasDecoderModel = false
        private var delayBits = 0
        private var removalBits = 0
        private var presentationBits = 0
        /// Operating points that have a decoder model.
        private var models = 0
        private var widthBits = 0
        private var heightBits = 0
        private var frameIdBits = 0
        private var orderBits = 0
        /// 0 and 1 for all frames; 2 is for each to say.
        private var screenTools = 2
        private var integerVectors = 2

        /// `nil` when the bytes end before the header does.
        init?(_ bytes: [UInt8]) {
            reader = BitReader(bytes)
            let profile = reader.take(3)
            reader.skip(1)
            isReduced = reader.flag()
            if isReduced { reader.skip(5) } else { readOperatingPoints() }
            readSize()
            readTools()
            header.signal = signal(profile)
            guard !reader.isBeyondEnd else { return nil }
        }

        private mutating func readOperatingPoints() {
            if reader.flag() { readTiming() }
            let hasDelays = reader.flag()
            for _ in 0...reader.take(5) {
                reader.skip(12)
                if reader.take(5) > 7 { reader.skip(1) }
                if hasDecoderModel, reader.flag() {
                    models += 1
                    reader.skip(2 * delayBits + 1)
                }
                if hasDelays, reader.flag() { reader.skip(4) }
            }
        }

        private mutating func readTiming() {
            reader.skip(64)
            hasEqualIntervals = reader.flag()
            if hasEqualIntervals { _ = reader.exponential() }
            hasDecoderModel = reader.flag()
            guard hasDecoderModel else { return }
            delayBits = reader.take(5) + 1
            reader.skip(32)
            removalBits = reader.take(5) + 1
            presentationBits = reader.take(5) + 1
        }

        private mutating func readSize() {
            widthBits = reader.take(4) + 1
            heightBits = reader.take(4) + 1
            header.sides = PictureSides(width: reader.take(widthBits) + 1, height: reader.take(heightBits) + 1)
            if !isReduced, reader.flag() { frameIdBits = reader.take(4) + 2 + reader.take(3) + 1 }
        }

        private mutating func readTools() {
            reader.skip(3)
            if !isReduced {
                reader.skip(4)
                let hasOrder = reader.flag()
                if hasOrder { reader.skip(2) }
                screenTools = reader.flag() ? 2 : reader.take(1)
                if screenTools > 0 { integerVectors = reader.flag() ? 2 : reader.take(1) }
                if hasOrder { orderBits = reader.take(3) + 1 }
            }
            reader.skip(3)
        }

        /// `color_config`, as far as its three numbers.
        private mutating func signal(_ profile: Int) -> ColorSignal? {
            let isDeep = reader.flag()
            if profile == 2, isDeep { reader.skip(1) }
            if profile != 1 { reader.skip(1) }
            guard reader.flag() else { return nil }
            return ColorSignal(primaries: reader.take(8), transfer: reader.take(8))
        }
    }
}

extension AV1Header.Sequence {
    /// The size of a frame that does not go by the sequence's, from `uncompressed_header`; `nil` of all others.
    func sides(ofFrame bytes: [UInt8]) -> PictureSides? {
        var frame = BitReader(bytes)
        guard !isReduced, !frame.flag() else { return nil }
        let kind = frame.take(2)
        let isShown = frame.flag()
        if isShown, hasDecoderModel, !hasEqualIntervals { frame.skip(presentationBits) }
        if !isShown { frame.skip(1) }
        let isWhole = kind == 3 || (kind == 0 && isShown)
        let isResilient = isWhole || frame.flag()
        frame.skip(1)
        if screenTools == 2 ? frame.flag() : screenTools == 1, integerVectors == 2 { frame.skip(1) }
        frame.skip(frameIdBits)
        // Frames that need others are not what a still picture is made of.
        guard kind == 0 || kind == 2, frame.flag() else { return nil }
        frame.skip(orderBits)
        skipRemovalTimes(&frame)
        let refreshed = isWhole ? 255 : frame.take(8)
        if refreshed != 255, isResilient { frame.skip(8 * orderBits) }
        let sides = PictureSides(width: frame.take(widthBits) + 1, height: frame.take(heightBits) + 1)
        return frame.isBeyondEnd ? nil : sides
    }

    private func skipRemovalTimes(_ frame: inout BitReader) {
        if hasDecoderModel, frame.flag() { frame.skip(models * removalBits) }
    }
}
