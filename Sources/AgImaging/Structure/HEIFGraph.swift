/// What an ISO container's picture asks of its decoder. Items name others that they are put together of (`dimg`) or that are
/// their alpha, so that a few bytes can have one large tile decoded again and again.
struct HEIFGraph {
    /// An overlay of a grid with alpha has four.
    private static let mostLevels = 5
    /// Each decode costs about a millisecond, however small it is. 50 million pixels are 3,000 tiles of 128x128.
    private static let mostSteps: Int64 = 5_000

    let items: [Int: HEIFItem]
    /// For coded items that say nothing about their own.
    let largest: PictureSides
    private var known: [Int: HEIFWork] = [:]
    private var open: Set<Int> = []

    init(_ items: [Int: HEIFItem], largest: PictureSides) {
        self.items = items
        self.largest = largest
    }

    /// All pixels that are decoded for the item, or laid upon others.
    mutating func pixels(of item: Int) throws(CodecError) -> Int64 {
        let work = try work(of: item, level: 1)
        guard work.steps <= Self.mostSteps else {
            throw CodecError(
                .tooLarge, "The picture is put together of \(work.steps) pieces; the limit is \(Self.mostSteps).")
        }
        // Sizes in the container may be smaller than the coded ones; pieces that are there only once cost their bytes.
        guard work.steps <= 2 * Int64(known.count) + 8 else {
            throw CodecError(.tooLarge, "The picture uses its \(known.count) pieces \(work.steps) times.")
        }
        return work.pixels
    }

    private mutating func work(of number: Int, level: Int) throws(CodecError) -> HEIFWork {
        guard !open.contains(number) else { throw CodecError(.damaged, "A part of the picture is a part of itself.") }
        guard level + (known[number]?.levels ?? 1) - 1 <= Self.mostLevels else {
            throw CodecError(.tooLarge, "The picture's parts lie in each other more than \(Self.mostLevels) deep.")
        }
        if let work = known[number] { return work }
        open.insert(number)
        let work = try sum(items[number] ?? HEIFItem(), level)
        open.remove(number)
        known[number] = work
        return work
    }

    private mutating func sum(_ item: HEIFItem, _ level: Int) throws(CodecError) -> HEIFWork {
        try checkGrid(item)
        var work = HEIFWork()
        for part in item.parts { work.add(try self.work(of: part, level: level + 1)) }
        let own = pixels(of: item)
        // A grid is as large as its tiles; whatever else is put together fills a canvas first.
        if item.kind == "grid" { work.pixels = max(work.pixels, own) } else { work.add(pixels: own) }
        for alpha in item.alphas { work.add(try self.work(of: alpha, level: level + 1)) }
        return work
    }

    private func pixels(of item: HEIFItem) -> Int64 {
        if let canvas = item.canvas { return max(canvas.sides.pixels, item.sides.pixels) }
        let said = max(item.sides.pixels, item.video.sides.pixels)
        return said > 0 || !item.parts.isEmpty ? said : largest.pixels
    }

    /// Tiles are of one size, cover the grid, and none lies outside of it (ISO/IEC 23008-12, section 6.6.2.3).
    private func checkGrid(_ item: HEIFItem) throws(CodecError) {
        guard item.kind == "grid", let grid = item.canvas else { return }
        let tiles = item.parts.map { items[$0]?.sides ?? PictureSides() }
        guard tiles.count == grid.rows * grid.columns else {
            throw CodecError(
                .damaged, "The picture's grid has \(tiles.count) tiles instead of \(grid.rows * grid.columns).")
        }
        guard let tile = tiles.first, tile.pixels > 0 else { return }
        guard tiles.allSatisfy({ $0 == tile }), Self.fits(grid.columns, tile.width, grid.sides.width),
            Self.fits(grid.rows, tile.height, grid.sides.height)
        else { throw CodecError(.damaged, "The tiles of the picture's grid do not fit its size.") }
    }

    private static func fits(_ count: Int, _ side: Int, _ whole: Int) -> Bool {
        count * side >= whole && (count - 1) * side < whole
    }
}

/// What an item costs with all that it is put together of.
struct HEIFWork {
    var pixels: Int64 = 0
    /// Decodes and canvases.
    var steps: Int64 = 1
    /// Levels of parts, itself included.
    var levels = 1

    mutating func add(_ part: HEIFWork) {
        add(pixels: part.pixels)
        steps = Self.sum(steps, part.steps)
        levels = max(levels, part.levels + 1)
    }

    mutating func add(pixels more: Int64) { pixels = Self.sum(pixels, more) }

    private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
        let sum = one.addingReportingOverflow(other)
        return sum.overflow ? .max : sum.partialValue
    }
}
