import AgTesting
import CVips
import Testing

@testable import AgImaging

/// What stands beside the one picture that is shown: further frames, keys of transparency, second pictures, restarts.
@Suite("The one picture of a file", .timeLimit(.minutes(2)))
struct ContainerTests {
    @Test("is an animated PNG's own picture, whether it is a frame or not", arguments: [true, false])
    func animatedPNG(_ isFrame: Bool) async throws {
        let base = Quarters.picture(Quarters.colors).file(".png")
        let other = Quarters.picture(Quarters.fromP3.reversed()).file(".png")
        let frame = { (number: Int) in
            PNGFile.chunk(
                "fcTL", Bomb.big(number) + [64, 64, 0, 0].flatMap { Bomb.big($0) } + [0, 1, 0, 10, 0, 0])
        }
        let head = [PNGFile.chunk("acTL", Bomb.big(isFrame ? 2 : 1) + Bomb.big(0))] + (isFrame ? [frame(0)] : [])
        let place = try #require(chunk("IDAT", in: other))
        let second = frame(isFrame ? 1 : 0) + PNGFile.chunk("fdAT", Bomb.big(isFrame ? 2 : 1) + other[place])
        let end = base.count - 12
        let file = PNGPatch.with(head, Array(base[..<end]) + second + Array(base[end...]))
        try await Quarters.expect(file, Quarters.colors, "animated PNG")
        #expect(try await TestCodecs.shared.value.probe(file).frames == (isFrame ? 2 : 1))
    }

    /// The first one's body.
    private func chunk(_ name: String, in file: [UInt8]) -> Range<Int>? {
        let name = Array(name.utf8)
        guard let place = file.indices.first(where: { file[$0...].starts(with: name) }) else { return nil }
        let length = file[place - 4..<place].reduce(0) { $0 << 8 | Int($1) }
        return place + 4..<place + 4 + length
    }

    @Test("is clear where a PNG names one grey, colour or place of the palette as clear")
    func keys() async throws {
        let greys = Quarters.greys
        let clear = Quarters.with([255, 0, 255, 255], Quarters.threefold(greys))
        let deep = Quarters.deep(Quarters.widened(greys), VIPS_INTERPRETATION_GREY16).file(".png")
        let plain = Quarters.picture(greys, VIPS_INTERPRETATION_B_W).file(".png")
        try await Quarters.expect(keyed(plain, [100]), clear, "grey")
        try await Quarters.expect(keyed(deep, [100 * 257]), clear, "grey, 16 bits")
        let colored = Quarters.with([255, 0, 255, 255])
        try await Quarters.expect(
            keyed(Quarters.picture(Quarters.colors).file(".png"), Quarters.colors[1]), colored, "colour")
        try await Quarters.expect(
            keyed(Quarters.deep(Quarters.widened(Quarters.colors)).file(".png"), Quarters.colors[1].map { $0 * 257 }),
            colored, "colour, 16 bits")
        let bits = Quarters.picture([[0], [255], [255], [0]], VIPS_INTERPRETATION_B_W).file(".png[bitdepth=1]")
        let white = Quarters.with([255, 0, 0, 255], Quarters.threefold([[0], [255], [255], [0]]))
        try await Quarters.expect(keyed(bits, [1]), white, "one bit")
        let palette = Quarters.picture(Quarters.with(Quarters.cover)).file(".png[palette]")
        #expect(palette[25] == 3)
        try await Quarters.expect(palette, Quarters.with(Quarters.cover), "palette")
    }

    private func keyed(_ file: [UInt8], _ key: [Int]) -> [UInt8] {
        PNGPatch.with([PNGFile.chunk("tRNS", key.flatMap { Bomb.big($0, 2) })], file)
    }

    @Test("is the first of a phone's JPEG that has more behind it, with a gain map or from another place")
    func multiplePictures() async throws {
        let base = Quarters.picture(Quarters.colors).file(".jpg[Q=95]")
        let second = Quarters.picture(Quarters.fromP3.reversed()).file(".jpg[Q=95]")
        let entries: [UInt8] = [0, 0, 0, 8, 0, 1, 0xB0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0]
        let index = Array("MPF\0MM\0*".utf8) + entries
        let gainMap = "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'/>"
        let kinds: [[(marker: UInt8, body: [UInt8])]] = [
            [(0xE2, index)], [(0xE1, Array(gainMap.utf8)), (0xE2, index)],
        ]
        for notes in kinds {
            var file = Array(base[..<2])
            for note in notes { file += [0xFF, note.marker] + Bomb.big(note.body.count + 2, 2) + note.body }
            file += base[2...]
            try await Quarters.expect(file + second, Quarters.colors, "\(notes.count)")
        }
    }

    @Test("is missed where a JPEG with restarts lacks its last row of blocks", arguments: [1, 4])
    func restarts(_ interval: Int) async throws {
        let codecs = try await TestCodecs.shared.value
        let whole = Picture.photo(320, 240).file(".jpg[Q=90,restart_interval=\(interval)]")
        let mark = try #require(whole.indices.dropLast().last { whole[$0] == 0xFF && 0xD0...0xD7 ~= whole[$0 + 1] })
        #expect(try await codecs.render(whole, .only(64, .webp)).warnings.isEmpty)
        for (name, cut) in [("no end", Array(whole[..<mark])), ("an end", whole[..<mark] + [0xFF, 0xD9])] {
            let error = await #expect(throws: CodecError.self, "\(name)") {
                try await codecs.render(cut, .only(64, .webp))
            }
            #expect(error?.code == (name == "no end" ? .truncated : .damaged), "\(name)")
            let saved = try await codecs.render(cut, .only(64, .webp, toleratesDamage: true))
            #expect(saved.outputs[0].width == 64)
        }
    }
}
