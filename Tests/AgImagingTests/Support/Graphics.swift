import Testing

/// Eight graphics as people upload them, each with the colours that must come through.
enum Graphics {
    struct Graphic: Sendable, CustomTestStringConvertible {
        let name: String
        let colors: [Canvas.Color]
        let suffix: String
        private let draw: @Sendable () -> Canvas

        init(
            _ name: String, _ colors: [Canvas.Color], _ suffix: String = ".png",
            _ draw: @escaping @Sendable () -> Canvas
        ) {
            (self.name, self.colors, self.suffix, self.draw) = (name, colors, suffix, draw)
        }

        var picture: Picture { draw().picture }
        var testDescription: String { name }
    }

    private static let red: Canvas.Color = [200, 30, 30]
    private static let blue: Canvas.Color = [40, 90, 200]
    private static let green: Canvas.Color = [30, 150, 60]
    private static let black: Canvas.Color = [20, 20, 20]
    private static let white: Canvas.Color = [255, 255, 255]
    private static let paper: Canvas.Color = [244, 244, 244]
    private static let night: Canvas.Color = [24, 26, 30]

    static let all: [Graphic] = [
        Graphic("text on white", [red, black]) { page(white, [black, black, red], 1.3) },
        Graphic("text on black", [[255, 90, 90], [220, 220, 220]]) {
            page(night, [[220, 220, 220], [255, 90, 90]], 1.4)
        },
        Graphic("code", [[86, 156, 214], [206, 145, 120], [106, 153, 85], [244, 71, 71]]) {
            page(night, [[86, 156, 214], [206, 145, 120], [106, 153, 85], [212, 212, 212], [244, 71, 71]], 1.2)
        },
        Graphic("a user interface", [red, blue, [32, 33, 36], [245, 246, 248]], ".png", interface),
        Graphic("a chart", [red, blue, green], ".png", chart),
        Graphic("a logo with alpha", [red, blue], ".png", logo),
        Graphic("a scan in grey", [[35, 35, 35]]) { page(paper, [[35, 35, 35]], 1.7) },
        Graphic("a scan in black and white", [[0, 0, 0]], ".png[bitdepth=1]") {
            page(white, [[0, 0, 0]], 1.9, isSmooth: false)
        },
    ]

    private static let words = ["NO ONE HAS", "THE GOLD", "OF THE SILVER COIN", "IS ROUND", "AND THE BIRD", "SINGS"]

    /// Lines of text from edge to edge.
    static func page(
        _ ground: Canvas.Color, _ inks: [Canvas.Color], _ size: Double, isSmooth: Bool = true
    ) -> Canvas {
        var canvas = Canvas(700, 420, ground: ground, isSmooth: isSmooth)
        var random = Seeded(7)
        for line in 0..<Int(400 / (size * 11)) {
            let text = (0..<8).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
            let left = 8 + Double.random(in: 0..<1, using: &random)
            let cut = String(text.prefix(Int(660 / (size * 6 + 0.13))))
            canvas.text(cut, left, 8 + Double(line) * size * 11, size, inks[line % inks.count])
        }
        return canvas
    }

    @Sendable private static func interface() -> Canvas {
        var canvas = Canvas(700, 420, ground: [245, 246, 248])
        for row in 0..<40 { canvas.fill(0, Double(row), 700, 1, [UInt8(66 - row / 3), UInt8(133 - row), 244]) }
        for card in 0..<6 {
            let (x, y) = (Double(20 + card % 3 * 225), Double(60 + card / 3 * 175))
            canvas.fill(x, y, 210, 160, [218, 220, 224])
            canvas.fill(x + 1, y + 1, 208, 158, white)
            canvas.text("SILVER COIN", x + 12.3, y + 12.4, 1.8, [32, 33, 36])
            for line in 0..<5 {
                canvas.text("THE BIRD SINGS ON", x + 12, y + 36.2 + Double(line) * 16, 1.3, [95, 99, 104])
            }
            canvas.text("LOST", x + 12, y + 130.5, 1.6, red)
            canvas.disc(x + 180, y + 135, 14, [blue, green, red][card % 3])
        }
        return canvas
    }

    @Sendable private static func chart() -> Canvas {
        var canvas = Canvas(700, 420, ground: white)
        var random = Seeded(3)
        for line in 0..<9 { canvas.fill(50, 30.5 + Double(line) * 42, 630, 1, [225, 225, 225]) }
        for ink in [red, blue, green] {
            var last = (x: 50.0, y: Double.random(in: 100...300, using: &random))
            for step in 1...42 {
                let y = min(390, max(20, last.y + Double.random(in: -40...40, using: &random)))
                let next = (x: 50 + Double(step) * 15, y: y)
                canvas.stroke(last, next, 1.2, ink)
                last = next
            }
        }
        for (place, ink) in [red, blue, green].enumerated() {
            canvas.fill(560, 40 + Double(place) * 20, 14, 14, ink)
            canvas.text("SILVER", 580.4, 42.3 + Double(place) * 20, 1.5, black)
        }
        return canvas
    }

    @Sendable private static func logo() -> Canvas {
        var canvas = Canvas(700, 420, ground: [0, 0, 0, 0])
        canvas.disc(350, 210, 200, [40, 90, 200, 255])
        canvas.disc(350, 210, 160, [240, 190, 40, 255])
        for ray in 0..<8 {
            let (x, y) = (
                350 + [130.0, 92, 0, -92][ray % 4] * (ray < 4 ? 1 : -1),
                210 + [0, 92.0, 130, 92][ray % 4] * (ray < 4 ? 1 : -1)
            )
            canvas.stroke((350, 210), (x, y), 9, [200, 30, 30, 255])
        }
        canvas.text("SILVER", 240.5, 185.5, 6.2, [40, 90, 200, 255])
        return canvas
    }
}
