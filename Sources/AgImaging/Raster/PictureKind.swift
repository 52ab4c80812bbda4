/// What a picture looks like to an encoder. Pure; the thresholds and what they were tried on: decision 0009.
enum PictureKind: Equatable {
    /// Shot by a camera, or as smooth.
    case photograph
    /// Drawn: text, user interfaces, charts, line art, logos, clean scans.
    case graphic
    /// Both beside each other, or a photograph cut out on a plain ground.
    case mixed

    /// Share of the commonest colours above which something is drawn. Photographs have at most 0.11, graphics at least 0.30.
    private static let drawn = 0.19
    /// Colours for each sample up to which nothing else is in the picture.
    private static let few = 0.12
    private static let commonest = 8

    /// - Parameter samples: colours as 0xRRGGBB, from all over the picture; those of clear pixels as they show on white.
    init(samples: [UInt32]) {
        guard !samples.isEmpty else {
            self = .photograph
            return
        }
        let counts = ColorCounts(samples)
        let total = Double(samples.count)
        // Where a colour's lighter and darker neighbours are as common as itself, it is a shade and not a paint.
        let painted = counts.commonest(Self.commonest).reduce(0) { sum, entry in
            sum + max(0, entry.count - counts.lighterAndDarker(entry.color))
        }
        if Double(painted) / total < Self.drawn {
            self = .photograph
        } else {
            self = counts.distinct <= max(Self.commonest, Int(total * Self.few)) ? .graphic : .mixed
        }
    }
}

/// How often each colour occurs: a table with open addressing, because a dictionary of so many would take as long as
/// the decode of a small picture.
struct ColorCounts {
    private var colors: [UInt32]
    private var counts: [Int32]
    private let mask: Int
    private(set) var distinct = 0

    /// No colour has a fourth byte.
    private static let free = UInt32.max

    init(_ samples: [UInt32]) {
        var size = 16
        while size < 2 * samples.count { size *= 2 }
        mask = size - 1
        colors = Array(repeating: Self.free, count: size)
        counts = Array(repeating: 0, count: size)
        for color in samples { add(color) }
    }

    private mutating func add(_ color: UInt32) {
        let slot = slot(of: color)
        if colors[slot] == Self.free {
            colors[slot] = color
            distinct += 1
        }
        counts[slot] += 1
    }

    private func slot(of color: UInt32) -> Int {
        var slot = Int(truncatingIfNeeded: (color &* 0x9E37_79B1) >> 8) & mask
        while colors[slot] != color, colors[slot] != Self.free { slot = (slot + 1) & mask }
        return slot
    }

    func count(of color: UInt32) -> Int { Int(counts[slot(of: color)]) }

    /// Most frequent first; equal counts by colour, so that the answer never depends on the table.
    func commonest(_ most: Int) -> [(color: UInt32, count: Int)] {
        var best: [(color: UInt32, count: Int)] = []
        for slot in colors.indices where counts[slot] > 0 {
            let entry = (color: colors[slot], count: Int(counts[slot]))
            guard best.count < most || Self.precedes(entry, best[best.count - 1]) else { continue }
            best.insert(entry, at: best.firstIndex { Self.precedes(entry, $0) } ?? best.count)
            if best.count > most { best.removeLast() }
        }
        return best
    }

    private static func precedes(_ a: (color: UInt32, count: Int), _ b: (color: UInt32, count: Int)) -> Bool {
        (b.count, a.color) < (a.count, b.color)
    }

    /// How often the two colours occur that differ by one step of light in every band.
    func lighterAndDarker(_ color: UInt32) -> Int {
        let bands = [color >> 16 & 255, color >> 8 & 255, color & 255]
        let lighter = bands.contains(255) ? 0 : count(of: color + 0x01_0101)
        let darker = bands.contains(0) ? 0 : count(of: color - 0x01_0101)
        return lighter + darker
    }
}
