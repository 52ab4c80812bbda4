/// One entry of a TIFF directory, also EXIF's: a tag, a type, and where its values lie.
struct TIFFEntry {
    let tag: Int
    let type: Int
    let count: Int
    /// Bytes of all values.
    let length: Int
    /// Where they lie; `nil` when that is outside the file or the type is unknown.
    let range: Range<Int>?

    private static let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]

    /// `nil` when the entry itself is cut.
    init?(_ file: ByteView, at offset: Int, _ order: ByteView.Order) {
        guard let tag = file.number(at: offset, 2, order), let type = file.number(at: offset + 2, 2, order),
            let count = file.number(at: offset + 4, 4, order), let place = file.number(at: offset + 8, 4, order)
        else { return nil }
        self.tag = tag
        self.type = type
        self.count = count
        // Both factors are below 2^32, so the product is exact.
        length = count * (type < Self.sizes.count ? Self.sizes[type] : 0)
        let start = length <= 4 ? offset + 8 : place
        // A type from the future is no damage: its values are skipped.
        range = file.holds(start, length) ? start..<start + length : nil
    }

    /// A whole number of one of the unsigned types.
    func number(_ file: ByteView, _ order: ByteView.Order, index: Int = 0) -> Int? {
        guard let range, index < count, let size = [1: 1, 3: 2, 4: 4, 13: 4][type] else { return nil }
        return file.number(at: range.lowerBound + index * size, size, order)
    }
}
