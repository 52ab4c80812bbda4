/// Where the strips or tiles of a TIFF directory lie.
struct PieceTables {
    private var offsets: TIFFEntry?
    private var lengths: TIFFEntry?

    /// Strips or tiles of this directory.
    var count: Int { offsets?.range == nil ? 0 : offsets?.count ?? 0 }

    mutating func note(_ entry: TIFFEntry) {
        switch entry.tag {
        case 273, 324: offsets = entry
        case 279, 325: lengths = entry
        default: break
        }
    }

    /// Whether every piece lies wholly in the file. A directory without pieces (an index of others) passes.
    func areWithin(_ file: ByteView, _ order: ByteView.Order) -> Bool {
        guard let offsets else { return true }
        guard offsets.range != nil else { return false }
        for index in 0..<offsets.count {
            guard let offset = offsets.number(file, order, index: index) else { return false }
            // Old writers leave the lengths out when there is one strip.
            let length = lengths?.number(file, order, index: index) ?? 1
            guard file.holds(offset, length) else { return false }
        }
        return true
    }
}
