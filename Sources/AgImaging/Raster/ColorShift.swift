/// How far an encoder moved the colours that a picture is drawn in. Pure; why it is measured so: decision 0009.
///
/// It is given the pixels that are of exactly the colour of a neighbour. They are gathered by their colour before encoding, in boxes of eight levels a band. The commonest boxes that are
/// well apart are the picture's colours. Of each, the mean over its pixels may have moved in any band; the
/// worst of these is the answer. Noise does not move a mean; chroma that ran out of thin strokes does.
struct ColorShift {
    /// From here on people call it another colour.
    static let wrong = 14.0

    private static let mostColors = 64
    /// Boxes that are nearer in every band are shades of one colour.
    private static let apart = 4
    /// Fewer pixels than this, or than a 50,000th of all, are no text that anybody reads.
    private static let fewest = 16
    private static let fewestShare = 50_000
    /// Alpha below it: what cannot be seen has no colour.
    private static let visible: UInt8 = 128

    /// A pixel; one without alpha is solid.
    struct Color: Equatable {
        var red: UInt8
        var green: UInt8
        var blue: UInt8
        var alpha: UInt8 = 255
    }

    /// How far all pixels of a box moved together, band by band.
    private var red = [Int32](repeating: 0, count: 1 << 15)
    private var green = [Int32](repeating: 0, count: 1 << 15)
    private var blue = [Int32](repeating: 0, count: 1 << 15)
    private var alpha = [Int32](repeating: 0, count: 1 << 15)
    private var counts = [Int32](repeating: 0, count: 1 << 15)
    private var total = 0

    /// Takes a pixel as it was and as it came out. Most did not change, which is asked first.
    mutating func add(_ before: Color, _ after: Color) {
        guard before.alpha >= Self.visible else { return }
        let box = Int(before.red >> 3) << 10 | Int(before.green >> 3) << 5 | Int(before.blue >> 3)
        counts[box] += 1
        total += 1
        guard before != after else { return }
        red[box] += Int32(after.red) - Int32(before.red)
        green[box] += Int32(after.green) - Int32(before.green)
        blue[box] += Int32(after.blue) - Int32(before.blue)
        alpha[box] += Int32(after.alpha) - Int32(before.alpha)
    }

    /// The worst shift of all colours, 0 to 255; 0 of a picture without a visible pixel.
    var worst: Double {
        colors().map { box in
            let moved = max(abs(red[box]), abs(green[box]), abs(blue[box]), abs(alpha[box]))
            return Double(moved) / Double(counts[box])
        }.max() ?? 0
    }

    private func colors() -> [Int] {
        let least = Int32(max(Self.fewest, total / Self.fewestShare))
        let common = counts.indices.filter { counts[$0] >= least }
            .sorted { (counts[$1], $0) < (counts[$0], $1) }
        var chosen: [Int] = []
        for box in common where chosen.allSatisfy({ Self.areApart($0, box) }) {
            chosen.append(box)
            if chosen.count == Self.mostColors { break }
        }
        return chosen
    }

    private static func areApart(_ a: Int, _ b: Int) -> Bool {
        [10, 5, 0].contains { band in abs((a >> band & 31) - (b >> band & 31)) >= apart }
    }
}
