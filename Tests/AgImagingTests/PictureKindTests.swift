import CVips
import Testing

@testable import AgImaging

@Suite("The kind of a picture")
struct PictureKindTests {
    private func kind(_ picture: Picture) throws -> PictureKind {
        try picture.lent { image in Result { try Raster(adopting: cvips_in_memory(image)).kind() } }.get()
    }

    /// A photograph through a curve for each value.
    private func photo(_ width: Int, _ height: Int, seed: Int = 1, _ curve: (Int) -> Int) -> Picture {
        let pixels = Pixels(Picture.photo(width, height, seed: seed).file(".png"), .png)
        return Picture.drawn(width, height) { x, y in pixels.at(x, y).map { UInt8(min(255, max(0, curve($0)))) } }
    }

    @Test("is a photograph for photographs, bright, dark, pale, tiny, and for gradients and noise")
    func photographs() throws {
        for seed in 1...3 { #expect(try kind(.photo(500, 300, seed: seed)) == .photograph) }
        let curves: [(String, (Int) -> Int)] = [
            ("dark", { $0 / 4 }), ("pale", { 180 + $0 / 4 }), ("hard", { ($0 - 60) * 2 }),
        ]
        for (name, curve) in curves { #expect(try kind(photo(300, 200, curve)) == .photograph, "\(name)") }
        #expect(try kind(.photo(60, 40)) == .photograph)
        let gradient = Picture.drawn(300, 200) { x, y in [UInt8(x * 255 / 299), UInt8(y * 255 / 199), 128] }
        #expect(try kind(gradient) == .photograph)
        let grey = Picture.drawn(300, 200) { x, y in [UInt8](repeating: UInt8((x + y) * 255 / 498), count: 3) }
        #expect(try kind(grey) == .photograph)
        var random = Seeded(5)
        let noise = Picture.drawn(200, 200) { _, _ in [UInt8](repeating: .random(in: 0...255, using: &random), count: 3)
        }
        #expect(try kind(noise) == .photograph)
    }

    @Test("is a photograph for grey and dark grey ones, whose commonest shades are common")
    func greys() throws {
        let pixels = Pixels(Picture.photo(400, 300).file(".png"), .png)
        for divisor in [1, 5] {
            let grey = Picture.drawn(400, 300) { x, y in
                [UInt8](repeating: UInt8(pixels.at(x, y)[1] / divisor), count: 3)
            }
            #expect(try kind(grey) == .photograph, "a \(divisor)th")
        }
    }

    @Test("is a graphic for everything drawn", arguments: Graphics.all)
    func graphics(_ graphic: Graphics.Graphic) throws { #expect(try kind(graphic.picture) == .graphic) }

    @Test("is no photograph for a screenshot saved as JPEG", arguments: [60, 75, 85, 92])
    func screenshots(_ quality: Int) throws {
        for graphic in [Graphics.all[0], Graphics.all[3], Graphics.all[4]] {
            let jpeg = graphic.picture.file(".jpg[Q=\(quality)]")
            #expect(try kind(Picture(jpeg: jpeg)) != .photograph, "\(graphic.name)")
        }
    }

    @Test("is mixed for a photograph on a page, and for one cut out")
    func mixed() throws {
        let pixels = Pixels(Picture.photo(400, 300).file(".png"), .png)
        let page = Picture.drawn(400, 300) { x, y in
            40..<360 ~= x && 50..<250 ~= y ? pixels.at(x, y).map { UInt8($0) } : [255, 255, 255]
        }
        #expect(try kind(page) == .mixed)
        let cutout = Picture.drawn(400, 300) { x, y in
            pixels.at(x, y).map { UInt8($0) } + [40..<360 ~= x && 50..<250 ~= y ? 255 : 0]
        }
        #expect(try kind(cutout) == .mixed)
    }

    @Test("is told for any size", arguments: [(1, 1), (1, 900), (900, 1), (7, 7), (9, 3)])
    func sizes(_ size: (Int, Int)) throws {
        #expect(try kind(Picture.drawn(size.0, size.1) { _, _ in [9, 9, 9] }) == .graphic)
    }

    @Test("counts colours whatever their order, the commonest first and equals by colour")
    func counts() {
        let counts = ColorCounts([5, 0x010101, 5, 7, 0, 7, 0x020202, 0xFFFFFF, 0xFEFEFE])
        #expect(counts.distinct == 7)
        #expect(counts.commonest(3).map(\.color) == [5, 7, 0])
        #expect(counts.lighterAndDarker(0x010101) == 2)
        #expect(counts.lighterAndDarker(0) == 1 && counts.lighterAndDarker(0xFFFFFF) == 1)
        #expect(PictureKind(samples: []) == .photograph)
    }
}

@Suite("The shift of a picture's colours")
struct ColorShiftTests {
    private typealias Color = ColorShift.Color

    private func shift(_ pairs: [(Color, Color, Int)]) -> Double {
        var shift = ColorShift()
        for (before, after, times) in pairs { for _ in 0..<times { shift.add(before, after) } }
        return shift.worst
    }

    private let white = Color(red: 255, green: 255, blue: 255)
    private let red = Color(red: 200, green: 30, blue: 30)

    @Test("is that of the worst band of the worst colour, however little of it there is")
    func worst() {
        let brown = Color(red: 170, green: 50, blue: 34)
        #expect(shift([(white, white, 9_000), (red, brown, 40)]) == 30)
        #expect(shift([(white, white, 9_000), (red, red, 40)]) == 0)
        #expect(shift([]) == 0)
    }

    @Test("is nothing where noise goes both ways")
    func noise() {
        let above = Color(red: 220, green: 50, blue: 50)
        let below = Color(red: 180, green: 10, blue: 10)
        #expect(shift([(red, above, 30), (red, below, 30)]) == 0)
    }

    @Test("does not count specks, shades of a colour that was counted, or what cannot be seen")
    func left() {
        let off = Color(red: 0, green: 0, blue: 0)
        #expect(shift([(white, white, 900), (red, off, 15)]) == 0)
        #expect(shift([(white, white, 900), (Color(red: 240, green: 240, blue: 240), off, 100)]) == 0)
        let clear = Color(red: 200, green: 30, blue: 30, alpha: 100)
        #expect(shift([(white, white, 900), (clear, off, 100)]) == 0)
    }

    @Test("counts alpha as a band")
    func alpha() {
        #expect(shift([(red, Color(red: 200, green: 30, blue: 30, alpha: 225), 100)]) == 30)
    }
}
