/// Walks the directories of a TIFF and checks that their strips, tiles and values lie within the file (TIFF 6.0).
struct TIFFWalk {
    private let file: ByteView
    private let order: ByteView.Order
    private var found = PictureStructure(.tiff)
    private var isWhole = true
    private var pieces = 0

    /// Directories that are followed before the chain is taken for a loop.
    private static let mostDirectories = 5_000

    /// Entries, strips and tiles. Directories can share one long table, or be one and the same with 65,535 entries;
    /// together they may not make the walk long.
    private static let mostPieces = 2_000_000

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = TIFFWalk(file)
        try walk.walkDirectories()
        // A TIFF is its own EXIF block: the camera's directories hang on the first one.
        walk.found.exif = 0..<file.count
        return walk.found
    }

    private init(_ file: ByteView) {
        self.file = file
        order = file[0] == 0x49 ? .little : .big
    }

    private mutating func walkDirectories() throws(CodecError) {
        var next = file.number(at: 4, 4, order)
        var count = 0
        while let offset = next, offset != 0 {
            guard count < Self.mostDirectories else {
                throw CodecError(.tooLarge, "The TIFF has more than \(Self.mostDirectories) directories.")
            }
            guard pieces < Self.mostPieces else {
                throw CodecError(.tooLarge, "The TIFF has more than \(Self.mostPieces) entries, strips and tiles.")
            }
            next = readDirectory(at: offset, isFirst: count == 0)
            count += 1
        }
        found.frames = max(1, count)
        // `nil` means that the chain left the file.
        found.isComplete = next == 0 && isWhole && found.width > 0 && count > 0
    }

    /// The offset of the next directory, or `nil` when this one is cut.
    private mutating func readDirectory(at offset: Int, isFirst: Bool) -> Int? {
        guard let count = file.number(at: offset, 2, order) else { return nil }
        var tables = PieceTables()
        for index in 0..<count {
            guard let entry = TIFFEntry(file, at: offset + 2 + 12 * index, order) else { return nil }
            if entry.range == nil { isWhole = false }
            tables.note(entry)
            if isFirst { note(entry) }
        }
        pieces += count + tables.count
        if !tables.areWithin(file, order) { isWhole = false }
        return file.number(at: offset + 2 + 12 * count, 4, order)
    }

    private mutating func note(_ entry: TIFFEntry) {
        let value = entry.number(file, order) ?? 0
        switch entry.tag {
        case 256: found.width = value
        case 257: found.height = value
        case 258: found.bitsPerSample = value
        case 277: found.channels = value
        case 700: found.xmpBytes = entry.length
        case 34_675: found.profileBytes = entry.length
        default: break
        }
    }
}
