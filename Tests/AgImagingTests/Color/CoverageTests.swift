import Testing

@testable import AgImaging

/// GIFs written by hand: libvips writes frames that fill their screen.
@Suite("A frame smaller than its screen", .timeLimit(.minutes(2)))
struct CoverageTests {
    /// One red frame of 8x6 pixels at (left, top) on a screen of 32x24, as often as there are frames.
    private func gif(left: Int, top: Int, frames: Int = 1, clearColor: Bool = false) -> [UInt8] {
        var file = Array("GIF89a".utf8) + [32, 0, 24, 0, 0x80, 0, 0] + [220, 30, 30, 30, 30, 220]
        for frame in 0..<frames {
            file += [0x21, 0xF9, 4, clearColor ? 1 : 0, 10, 0, 1, 0]
            let place = frame == 0 ? [UInt8(left), 0, UInt8(top), 0] : [0, 0, 0, 0]
            file += [0x2C] + place + [8, 0, 6, 0, 0] + [2] + blocks(pixels: 48) + [0]
        }
        return file + [0x3B]
    }

    /// Zeros as codes of three bits, with a clear code so often that they stay three bits long.
    private func blocks(pixels: Int) -> [UInt8] {
        var codes: [Int] = []
        for pixel in 0..<pixels { codes += pixel % 2 == 0 ? [4, 0] : [0] }
        codes.append(5)
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for code in codes {
            bits |= code << count
            count += 3
            while count >= 8 {
                bytes.append(UInt8(bits & 255))
                bits >>= 8
                count -= 8
            }
        }
        if count > 0 { bytes.append(UInt8(bits)) }
        return [UInt8(bytes.count)] + bytes
    }

    @Test("leaves the rest transparent", arguments: [1, 3], [false, true])
    func rest(_ frames: Int, _ clearColor: Bool) async throws {
        let codecs = try await TestCodecs.shared.value
        for (left, top) in [(10, 8), (0, 0), (24, 18)] {
            let file = gif(left: left, top: top, frames: frames, clearColor: clearColor)
            let probe = try await codecs.probe(file)
            #expect(probe.width == 32 && probe.height == 24 && probe.hasAlpha && probe.frames == frames)
            for format in [PictureFormat.png, .webp, .avif] {
                let pixels = try await codecs.render(file, .only(32, format, quality: 95)).outputs[0].pixels()
                let inside = pixels.at(left + 4, top + 3)
                let outside = pixels.at((left + 16) % 32, 2 + (top + 10) % 20)
                #expect(inside[3] == 255 && inside[0] > 200 && inside[2] < 50, "\(format) \(left): \(inside)")
                #expect(outside[3] == 0, "\(format) \(left): \(outside)")
            }
        }
    }

    @Test("shows its thumbnail clear at the corners")
    func thumbnail() async throws {
        let codecs = try await TestCodecs.shared.value
        let thumbnail = try #require(try await codecs.render(gif(left: 12, top: 9)).thumbnail).pixels()
        #expect(thumbnail.at(3, 3)[3] == 0 && thumbnail.at(75, 75)[3] == 255)
    }

    @Test("of its own size has no alpha")
    func whole() async throws {
        let codecs = try await TestCodecs.shared.value
        #expect(try await !codecs.probe(Samples.all.first { $0.name == "GIF" }!.bytes).hasAlpha)
    }
}
