/// Reads the sequence parameter sets of H.265 (ITU-T H.265, sections 7.3.2.2 and E.2.1): the size that a decoder makes,
/// whatever the container says and whatever is cut off after, and the colours.
struct HEVCHeader {
    private static let parameterSet = 33
    /// Of a unit no more is looked at: sets of other lists than the usual ones have up to 2 KB.
    private static let longest = 4_096
    /// Pictures have a few slices.
    private static let most = 1_000

    /// What the units in an item's bytes say, each behind its length; `nil` when there are more than any picture has.
    static func read(_ item: HEIFItemBytes) -> VideoHeader? {
        var bytes = item
        var header = VideoHeader()
        var count = 0
        while let length = bytes.number(4) {
            count += 1
            guard count <= most else { return nil }
            note(bytes.peek(min(length, longest)), &header)
            bytes.skip(length)
        }
        return header
    }

    /// What an `hvcC` box says (ISO/IEC 14496-15, section 8.3.3.1.2).
    static func read(configuration file: ByteView, _ body: Range<Int>) -> VideoHeader? {
        var header = VideoHeader()
        var count = 0
        var position = body.lowerBound + 23
        for _ in 0..<Int(file[body.lowerBound + 22] ?? 0) {
            guard position < body.upperBound, let units = file.number(at: position + 1, 2) else { break }
            position += 3
            for _ in 0..<units {
                count += 1
                guard count <= most else { return nil }
                guard position < body.upperBound, let length = file.number(at: position, 2) else { return header }
                note(file.copy(at: position + 2, min(length, longest, body.upperBound - position - 2)), &header)
                position += 2 + length
            }
        }
        return header
    }

    private static func note(_ unit: [UInt8], _ header: inout VideoHeader) {
        guard unit.count > 2, Int(unit[0] >> 1 & 63) == parameterSet else { return }
        // Units of other layers are of other pictures, such as the other eye's; decoders leave them out.
        guard unit[0] & 1 == 0, unit[1] >> 3 == 0 else { return }
        var set = HEVCParameterSet(plain(unit.dropFirst(2)))
        if let read = set.read() { header.add(read) }
    }

    /// A 3 behind two zeros keeps them from looking like the begin of a unit.
    private static func plain(_ unit: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var zeros = 0
        for byte in unit {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            bytes.append(byte)
        }
        return bytes
    }
}

private struct HEVCParameterSet {
    private var reader: BitReader
    private var orderBits = 0

    init(_ bytes: [UInt8]) {
        reader = BitReader(bytes)
    }

    /// `nil` when not even the size is there. Colours that cannot be reached are none.
    mutating func read() -> VideoHeader? {
        reader.skip(4)
        let layers = reader.take(3)
        reader.skip(1)
        skipProfile(layers)
        reader.skipExponentials(1)
        if reader.exponential() == 3 { reader.skip(1) }
        let sides = PictureSides(width: reader.exponential(), height: reader.exponential())
        guard !reader.isBeyondEnd else { return nil }
        skipToColors(layers)
        let signal = signal()
        return VideoHeader(sides: sides, signal: reader.isBeyondEnd ? nil : signal)
    }

    private mutating func skipProfile(_ layers: Int) {
        reader.skip(88 + 8)
        guard layers > 0 else { return }
        let present = (0..<layers).map { _ in (profile: reader.flag(), level: reader.flag()) }
        reader.skip(2 * (8 - layers))
        for layer in present { reader.skip((layer.profile ? 88 : 0) + (layer.level ? 8 : 0)) }
    }

    private mutating func skipToColors(_ layers: Int) {
        // What is cut off, the depths of luma and chroma.
        if reader.flag() { reader.skipExponentials(4) }
        reader.skipExponentials(2)
        orderBits = reader.exponential() + 4
        reader.skipExponentials(3 * (reader.flag() ? layers + 1 : 1))
        // Sizes of blocks.
        reader.skipExponentials(6)
        if reader.flag(), reader.flag() { skipScalingLists() }
        reader.skip(2)
        if reader.flag() {
            reader.skip(8)
            reader.skipExponentials(2)
            reader.skip(1)
        }
        skipReferences()
        reader.skip(2)
    }

    private mutating func skipScalingLists() {
        for size in 0..<4 {
            for _ in stride(from: 0, to: 6, by: size == 3 ? 3 : 1) {
                guard reader.flag() else {
                    reader.skipExponentials(1)
                    continue
                }
                reader.skipExponentials(min(64, 16 << (2 * size)) + (size > 1 ? 1 : 0))
            }
        }
    }

    /// Which pictures others are made of; a still one has hardly any.
    private mutating func skipReferences() {
        var before = 0
        for index in 0..<min(reader.exponential(), 65) where !reader.isBeyondEnd {
            before = skipReferenceSet(isFirst: index == 0, before)
        }
        guard reader.flag() else { return }
        for _ in 0..<min(reader.exponential(), 33) { reader.skip(orderBits + 1) }
    }

    /// How many pictures the set names, which the next one may count from.
    private mutating func skipReferenceSet(isFirst: Bool, _ before: Int) -> Int {
        if !isFirst, reader.flag() {
            reader.skip(1)
            reader.skipExponentials(1)
            // Of each picture whether it is used, and if not, whether it is kept.
            return (0...before).reduce(0) { kept, _ in kept + (reader.flag() || reader.flag() ? 1 : 0) }
        }
        let count = min(reader.exponential() + reader.exponential(), 33)
        for _ in 0..<count {
            reader.skipExponentials(1)
            reader.skip(1)
        }
        return count
    }

    /// From the video usability information.
    private mutating func signal() -> ColorSignal? {
        guard reader.flag() else { return nil }
        if reader.flag(), reader.take(8) == 255 { reader.skip(32) }
        if reader.flag() { reader.skip(1) }
        guard reader.flag() else { return nil }
        reader.skip(4)
        guard reader.flag() else { return nil }
        return ColorSignal(primaries: reader.take(8), transfer: reader.take(8))
    }
}
