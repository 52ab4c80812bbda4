/// One run of an item's bytes, from the `iloc` box (ISO/IEC 14496-12, section 8.11.3).
struct HEIFExtent {
    let item: Int
    let offset: Int
    let length: Int
    /// In the `idat` box or in another item, so that `offset` does not count from the file's begin.
    let isElsewhere: Bool
    /// In the `idat` box, where `offset` counts from its begin.
    let isInData: Bool

    /// Widths may be zero, so that a short file could announce thousands of millions.
    static func most(in file: ByteView) -> Int { min(100_000, 64 + file.count / 4) }

    /// A run that is read only when its turn comes: lengths from the file decide nothing but how far we go on.
    static func read(_ file: ByteView, _ body: Range<Int>) -> [HEIFExtent] {
        var reader = Reader(file: file, position: body.lowerBound + 4, end: body.upperBound)
        guard let version = file[body.lowerBound], version <= 2, let sizes = reader.take(2) else { return [] }
        let widths = Widths(sizes, version)
        guard let count = reader.take(version < 2 ? 2 : 4) else { return [] }
        var extents: [HEIFExtent] = []
        for _ in 0..<count {
            guard readItem(&reader, widths, version, &extents) else { break }
        }
        return extents
    }

    private struct Widths {
        let offset: Int
        let length: Int
        let base: Int
        let index: Int

        init(_ sizes: Int, _ version: UInt8) {
            offset = sizes >> 12 & 15
            length = sizes >> 8 & 15
            base = sizes >> 4 & 15
            index = version == 0 ? 0 : sizes & 15
        }
    }

    private struct Reader {
        let file: ByteView
        var position: Int
        let end: Int

        /// Eight-byte numbers are taken when their first byte is zero.
        mutating func take(_ width: Int) -> Int? {
            guard position + width <= end else { return nil }
            defer { position += width }
            guard width == 8 else { return file.number(at: position, width) }
            return file[position] == 0 ? file.number(at: position + 1, 7) : nil
        }
    }

    private static func readItem(
        _ reader: inout Reader, _ widths: Widths, _ version: UInt8, _ extents: inout [HEIFExtent]
    ) -> Bool {
        guard let item = reader.take(version < 2 ? 2 : 4), let method = reader.take(version == 0 ? 0 : 2),
            let reference = reader.take(2), let base = reader.take(widths.base), let count = reader.take(2)
        else { return false }
        let isElsewhere = method & 15 != 0 || reference != 0
        let isInData = method & 15 == 1 && reference == 0
        let most = most(in: reader.file)
        for _ in 0..<count {
            guard extents.count < most, reader.take(widths.index) != nil, let offset = reader.take(widths.offset),
                let length = reader.take(widths.length)
            else { return false }
            extents.append(
                HEIFExtent(
                    item: item, offset: base + offset, length: length, isElsewhere: isElsewhere, isInData: isInData))
        }
        return true
    }
}
