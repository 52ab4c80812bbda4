import CVips

/// Draws what screenshots, scans, charts and logos are made of: rectangles, strokes and text with smooth edges. Without
/// a font of the system, so that every machine draws the same.
struct Canvas {
    typealias Color = [UInt8]

    let width: Int
    let height: Int
    private var values: [Double]
    private let bands: Int
    private let isSmooth: Bool

    /// - Parameter ground: with a fourth band, of a picture with alpha.
    init(_ width: Int, _ height: Int, ground: Color, isSmooth: Bool = true) {
        (self.width, self.height, self.isSmooth) = (width, height, isSmooth)
        bands = ground.count
        values = []
        values.reserveCapacity(width * height * bands)
        let start = ground.map(Double.init)
        for _ in 0..<width * height { values += start }
    }

    var picture: Picture {
        Picture.drawn(width, height) { x, y in
            (0..<bands).map { UInt8(min(255, max(0, values[(y * width + x) * bands + $0].rounded()))) }
        }
    }

    mutating func fill(_ x: Double, _ y: Double, _ across: Double, _ down: Double, _ color: Color) {
        for row in max(0, Int(y))..<max(0, Int(y), min(height, Int((y + down).rounded(.up)))) {
            let high = min(y + down, Double(row + 1)) - max(y, Double(row))
            for column in max(0, Int(x))..<max(0, Int(x), min(width, Int((x + across).rounded(.up)))) {
                let wide = min(x + across, Double(column + 1)) - max(x, Double(column))
                blend(column, row, high * wide, color)
            }
        }
    }

    mutating func disc(_ x: Double, _ y: Double, _ radius: Double, _ color: Color) {
        for row in max(0, Int(y - radius - 1))..<min(height, Int(y + radius + 2)) {
            for column in max(0, Int(x - radius - 1))..<min(width, Int(x + radius + 2)) {
                let (across, down) = (Double(column) + 0.5 - x, Double(row) + 0.5 - y)
                blend(column, row, radius - (across * across + down * down).squareRoot() + 0.5, color)
            }
        }
    }

    /// A stroke from place to place, as discs side by side.
    mutating func stroke(
        _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), _ radius: Double, _ color: Color
    ) {
        let length = max(abs(to.x - from.x), abs(to.y - from.y))
        for step in 0...Int(length) {
            let share = length == 0 ? 0 : Double(step) / length
            disc(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share, radius, color)
        }
    }

    /// Words of five by seven dots, each dot `size` wide. Every line begins at another fraction of a pixel.
    mutating func text(_ words: String, _ x: Double, _ y: Double, _ size: Double, _ color: Color) {
        var left = x
        for letter in words {
            for (row, bits) in (Self.letters[letter] ?? []).enumerated() {
                for column in 0..<5 where bits >> (4 - column) & 1 == 1 {
                    fill(left + Double(column) * size, y + Double(row) * size, size, size, color)
                }
            }
            left += (6 + (letter == " " ? -2 : 0)) * size + 0.13
        }
    }

    private mutating func blend(_ x: Int, _ y: Int, _ cover: Double, _ color: Color) {
        let share = isSmooth ? min(1, max(0, cover)) : (cover >= 0.5 ? 1 : 0)
        let start = (y * width + x) * bands
        for band in 0..<bands { values[start + band] += (Double(color[band]) - values[start + band]) * share }
    }

    private static let letters: [Character: [UInt8]] = [
        "A": [0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11], "B": [0x1E, 0x11, 0x11, 0x1E, 0x11, 0x11, 0x1E],
        "C": [0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E], "D": [0x1E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1E],
        "E": [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F], "G": [0x0E, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0F],
        "H": [0x11, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11], "I": [0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E],
        "L": [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1F], "N": [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11],
        "O": [0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E], "R": [0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11],
        "S": [0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E], "T": [0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
        "U": [0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E], "V": [0x11, 0x11, 0x11, 0x11, 0x11, 0x0A, 0x04],
    ]
}
