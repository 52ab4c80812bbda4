import Testing

@testable import AgImaging

@Suite("A picture that is put together of others")
struct HEIFGraphTests {
    private static let tile = HEIFFile.Item()
    private static let large = HEIFFile.Item(width: 8_000, height: 6_000)

    private static let bad: [(name: String, items: [HEIFFile.Item], code: CodecError.Code)] = [
        (
            "an overlay of one large tile", [HEIFFile.overlay(64, 64, Array(repeating: 2, count: 400)), large],
            .tooLarge
        ),
        ("four large tiles", [HEIFFile.overlay(64, 64, [2, 3, 4, 5]), large, large, large, large], .tooLarge),
        ("overlays in overlays", nested(6), .tooLarge),
        ("two levels of many", nested(3, count: 250), .tooLarge),
        (
            "a large canvas many times", [.init(kind: "iden", parts: Array(repeating: 2, count: 9)), canvas, tile],
            .tooLarge
        ),
        (
            "a grid of tiles larger than itself",
            [HEIFFile.grid(1, 200, 64, 64, Array(repeating: 2, count: 200)), large], .damaged
        ),
        ("tiles that leave a gap", [HEIFFile.grid(2, 2, 200, 128, [2, 3, 4, 5]), tile, tile, tile, tile], .damaged),
        ("tiles of two sizes", [HEIFFile.grid(1, 2, 128, 64, [2, 3]), tile, .init(width: 64, height: 48)], .damaged),
        ("too few tiles", [HEIFFile.grid(2, 2, 128, 128, [2]), tile], .damaged),
        ("itself", [HEIFFile.overlay(64, 64, [1])], .damaged),
        ("a ring", [HEIFFile.overlay(64, 64, [2]), HEIFFile.overlay(64, 64, [1])], .damaged),
    ]

    private static let canvas = HEIFFile.overlay(8_000, 6_000, [3])

    private static func nested(_ levels: Int, count: Int = 16) -> [HEIFFile.Item] {
        (0..<levels).map { HEIFFile.overlay(64, 64, Array(repeating: $0 + 2, count: count)) } + [tile]
    }

    @Test("is refused when that costs more than one picture may, or cannot be", arguments: bad.indices)
    func refused(_ index: Int) {
        let (name, items, code) = Self.bad[index]
        let bytes = HEIFFile(items: items).bytes
        let error = #expect(throws: CodecError.self, "\(name)") {
            try PictureLimits().check(try structure(bytes), fileLength: bytes.count)
        }
        #expect(error?.code == code, "\(name): \(String(describing: error))")
    }

    @Test("is taken when it is a phone's grid, an overlay of a few, or a plain picture")
    func taken() throws {
        let phone = HEIFFile.grid(6, 8, 4_032, 3_024, Array(2..<50))
        let grids: [[HEIFFile.Item]] = [
            [phone] + Array(repeating: .init(width: 512, height: 512), count: 48),
            [HEIFFile.grid(2, 2, 120, 100, [2, 3, 4, 5]), Self.tile, Self.tile, Self.tile, Self.tile],
            [HEIFFile.overlay(4_000, 3_000, [2, 3]), .init(width: 4_000, height: 3_000), Self.tile], [Self.large],
        ]
        for items in grids {
            let bytes = HEIFFile(items: items).bytes
            let found = try structure(bytes)
            try PictureLimits().check(found, fileLength: bytes.count)
            #expect(found.isComplete && found.width == items[0].width)
        }
    }

    @Test("costs no search for each of thousands of notes")
    func notes() throws {
        let note = HEIFFile.Item(kind: "Exif", bytes: [])
        let bytes = HEIFFile(items: [Self.tile] + Array(repeating: note, count: 9_000)).bytes
        let clock = ContinuousClock()
        let time = try clock.measure { _ = try structure(bytes) }

        #expect(time < .seconds(5))
    }
}
