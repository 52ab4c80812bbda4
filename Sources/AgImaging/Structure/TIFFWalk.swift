/// Walks the pages of a TIFF, and checks that everything of the one that is shown lies within the file (TIFF 6.0).
///
/// What is wrong elsewhere costs nobody the picture: private tags, further pages, what comes behind.
struct TIFFWalk {
    private let file: ByteView
    private let order: ByteView.Order
    private var found = PictureStructure(.tiff)
    /// The first page that is no preview and no mask.
    private var picture: TIFFPage?
    private var first: TIFFPage?
    private var pages = 0
    /// Directories that hang on others and were looked at.
    private var further: Set<Int> = []
    /// Directories can lie upon each other, tens of thousands of them on the same 65,535 entries. Those that lie side by
    /// side take fewer steps than this for their bytes.
    private var stepsLeft: Int

    /// Pages that are counted.
    private static let mostPages = 5_000

    /// Strips and tiles of one page, and steps through all directories.
    private static let mostPieces = 2_000_000

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = TIFFWalk(file)
        try walk.walkPages()
        guard let picture = walk.picture else {
            if let first = walk.first { throw KnownRefusal.error(TIFFKind.previewsOnly(first)) }
            return walk.found
        }
        try walk.describe(picture)
        return walk.found
    }

    private init(_ file: ByteView) {
        self.file = file
        order = file[0] == 0x49 ? .little : .big
        stepsLeft = min(Self.mostPieces, 1_000 + file.count / 2)
    }

    /// Ends where the chain does, leaves the file or comes back.
    private mutating func walkPages() throws(CodecError) {
        if let name = TIFFKind.cameraRaw(byHead: file) { throw KnownRefusal.error(name) }
        var seen: Set<Int> = []
        var next = file.number(at: 4, 4, order)
        while let offset = next, pages < Self.mostPages, seen.insert(offset).inserted, let page = page(at: offset) {
            pages += 1
            if first == nil { first = page }
            try refuseCameraRaw(page, maker: first?.maker ?? "")
            if picture == nil, !page.isSecondary { picture = page }
            next = page.next
        }
    }

    /// `nil` when there is none, or no step is left.
    private mutating func page(at offset: Int) -> TIFFPage? {
        guard stepsLeft > 0 else { return nil }
        let page = TIFFPage(file, order, at: offset)
        stepsLeft -= page?.steps ?? 1
        return page
    }

    /// Cameras keep the sensor's data in a page of its own, or in one that hangs on the first.
    private mutating func refuseCameraRaw(_ page: TIFFPage, maker: String) throws(CodecError) {
        var candidates = [page]
        for offset in page.numbers(330, most: 16) where further.insert(offset).inserted {
            if let below = self.page(at: offset) { candidates.append(below) }
        }
        for candidate in candidates {
            if let name = TIFFKind.cameraRaw(candidate, maker: maker) { throw KnownRefusal.error(name) }
        }
    }

    private mutating func describe(_ page: TIFFPage) throws(CodecError) {
        let pieces = page.pieces.count
        guard pieces <= Self.mostPieces else {
            throw CodecError(.tooLarge, "The TIFF has \(pieces) strips and tiles; the limit is \(Self.mostPieces).")
        }
        if let name = TIFFKind.refused(page) { throw KnownRefusal.error(name) }
        found.width = page.number(256) ?? 0
        found.height = page.number(257) ?? 0
        found.bitsPerSample = page.number(258) ?? 1
        found.channels = page.number(277) ?? 1
        found.layout = SampleLayout(page)
        found.profileBytes = page.entry(34_675)?.length ?? 0
        let orientation = page.number(274) ?? 1
        found.orientation = 1...8 ~= orientation ? orientation : 1
        found.frames = max(1, pages)
        // A TIFF is its own EXIF block: the camera's directories hang on the first one.
        found.exif = 0..<file.count
        found.isComplete = page.isWhole && found.width > 0
        try page.show(in: &found.shown)
    }
}
