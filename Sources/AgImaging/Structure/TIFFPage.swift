/// One directory of a TIFF: what kind of page it is, and which of its entries a decoder needs.
struct TIFFPage {
    private let file: ByteView
    private let order: ByteView.Order
    let offset: Int
    /// Entries that the directory announces.
    let count: Int
    /// Where the next directory lies; `nil` when the file ends before it says so.
    let next: Int?
    /// Where the first entry of each tag lies, for the tags that are asked for.
    private var places: [Int: Int] = [:]

    /// Tags that say how pixels are stored; all others are kept from the decoder. libtiff would read the values of each
    /// tag, known or not, and a small file can have sixty thousand that all point at its largest part.
    private static let ofPixels: Set<Int> = [
        256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 301, 317, 318, 319, 320, 322, 323, 324, 325,
        332,
        // The last one says how LERC's blocks are compressed once more.
        334, 339, 347, 529, 530, 531, 532, 34_675, 50_674,
    ]
    /// Tags that tell what the page is: its size class, its maker, its orientation, further directories, what is behind the
    /// colours (libvips would divide by premultiplied alpha itself, with a wrong scale for some numbers), DNG's version.
    private static let ofKind: Set<Int> = [254, 255, 271, 274, 330, 338, 50_706]

    /// `nil` when there is no directory.
    init?(_ file: ByteView, _ order: ByteView.Order, at offset: Int) {
        guard offset >= 8, let count = file.number(at: offset, 2, order), count > 0 else { return nil }
        (self.file, self.order, self.offset, self.count) = (file, order, offset, count)
        next = file.number(at: offset + 2 + 12 * count, 4, order)
        for place in stride(from: offset + 2, to: offset + 2 + 12 * count, by: 12) {
            guard let tag = file.number(at: place, 2, order), file.holds(place, 12) else { break }
            let isWanted = Self.ofPixels.contains(tag) || Self.ofKind.contains(tag)
            if isWanted, places[tag] == nil { places[tag] = place }
        }
    }

    /// What it costs to look at the page: the entries that are there, and a few for the page itself.
    var steps: Int { 8 + min(count, (file.count - offset) / 12) }

    func entry(_ tag: Int) -> TIFFEntry? { places[tag].flatMap { TIFFEntry(file, at: $0, order) } }

    /// The first value of a tag.
    func number(_ tag: Int) -> Int? { entry(tag)?.number(file, order) }

    func numbers(_ tag: Int, most: Int) -> [Int] {
        guard let entry = entry(tag) else { return [] }
        return (0..<min(most, entry.count)).compactMap { entry.number(file, order, index: $0) }
    }

    /// So many unsigned fractions, when there are neither more nor fewer.
    func ratios(_ tag: Int, _ wanted: Int) -> [Double]? {
        guard let entry = entry(tag), let range = entry.range, entry.type == 5, entry.count == wanted else {
            return nil
        }
        let values = stride(from: range.lowerBound, to: range.upperBound, by: 8).compactMap { place -> Double? in
            guard let above = file.number(at: place, 4, order), let below = file.number(at: place + 4, 4, order),
                below > 0
            else { return nil }
            return Double(above) / Double(below)
        }
        return values.count == wanted ? values : nil
    }

    var maker: String {
        guard let range = entry(271)?.range else { return "" }
        return String(decoding: file.copy(at: range.lowerBound, min(range.count, 32)), as: UTF8.self)
    }

    /// A preview of another page, or the mask of one (TIFF 6.0, pages 36 and 40).
    var isSecondary: Bool { (number(254) ?? 0) & 5 != 0 || number(255) == 2 }

    var pieces: PieceTables {
        var tables = PieceTables()
        for tag in [273, 279, 324, 325] { entry(tag).map { tables.note($0) } }
        return tables
    }

    /// Whether everything that a decoder needs lies in the file.
    var isWhole: Bool {
        file.holds(offset + 2, 12 * count) && pieces.areWithin(file, order)
            && Self.ofPixels.allSatisfy { entry($0).map { $0.range != nil } ?? true }
    }

    /// Shows the decoder a file of this page alone, with the entries that it needs and no next page.
    func show(in view: inout DecoderView) throws(CodecError) {
        let kept = Self.ofPixels.sorted().compactMap { places[$0] }
        var directory = bytes(kept.count, 2)
        for place in kept { directory += file.copy(at: place, 12) }
        // It is no longer than what it replaces, but for the end of a directory that the file cuts.
        try view.put(directory + bytes(0, 4), at: offset)
        try view.put(bytes(offset, 4), at: 4)
    }

    private func bytes(_ value: Int, _ width: Int) -> [UInt8] {
        let little = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return order == .little ? little : little.reversed()
    }
}
