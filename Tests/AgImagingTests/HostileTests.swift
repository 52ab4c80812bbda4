import AgBase
import CVips
import Testing

@testable import AgImaging

@Suite("Hostile files", .timeLimit(.minutes(5)))
struct HostileTests {
    private func code(_ bytes: [UInt8], _ codecs: Codecs) async -> CodecError.Code? {
        do {
            _ = try await codecs.probe(bytes)
            return nil
        } catch {
            return (error as? CodecError)?.code
        }
    }

    @Test("are refused from their headers, with the right reason", arguments: Bomb.all.indices)
    func bombs(_ index: Int) async throws {
        let codecs = try await TestCodecs.shared.value
        let (name, bytes, expected) = Bomb.all[index]

        #expect(await code(bytes, codecs) == expected, "\(name)")
    }

    @Test(
        "a cut file is refused as truncated, and taken and marked where damage is allowed",
        arguments: [".jpg", ".png", ".gif", ".webp"])
    func truncated(_ suffix: String) async throws {
        let codecs = try await TestCodecs.shared.value
        let whole = Picture.photo(400, 300).file(suffix)
        let cut = Array(whole.prefix(whole.count * 6 / 10))

        #expect(await code(cut, codecs) == .truncated)
        if [".jpg", ".png"].contains(suffix) {
            let probe = try await codecs.probe(cut, allowDamaged: true)
            #expect(probe.isDamaged && probe.width == 400)
            let error = await #expect(throws: CodecError.self) { try await codecs.render(cut) }
            #expect(error?.code == .truncated)
            let saved = try await codecs.render(cut, .only(200, .webp, toleratesDamage: true))
            #expect(saved.outputs[0].width == 200)
        }
    }

    @Test("a file whole in structure and broken within fails its render, and not the pool")
    func brokenWithin() async throws {
        let codecs = try await TestCodecs.shared.value
        var bytes = Picture.photo(400, 300).file(".png")
        for index in bytes.count / 2..<bytes.count / 2 + 200 { bytes[index] = 0xAA }
        #expect(await code(bytes, codecs) == nil)

        let error = await #expect(throws: CodecError.self) { try await codecs.render(bytes) }

        #expect(error?.code == .damaged)
        #expect(try await codecs.render(Samples.all[0].bytes).outputs.count == 6)
    }

    @Test(
        "a JPEG that lost data inside fails its render, and is made and marked where damage is allowed",
        arguments: ["cut and closed", "hole of zeros", "cut and closed, progressive"])
    func lostData(_ kind: String) async throws {
        let codecs = try await TestCodecs.shared.value
        var bytes = Picture.photo(600, 400).file(kind.hasSuffix("progressive") ? ".jpg[interlace]" : ".jpg")
        let middle = bytes.count / 2
        if kind.hasPrefix("cut") {
            bytes = bytes.prefix(middle) + [0xFF, 0xD9]
        } else {
            bytes.replaceSubrange(middle..<middle + 2_000, with: repeatElement(0, count: 2_000))
        }
        #expect(await code(bytes, codecs) == nil)

        let error = await #expect(throws: CodecError.self) { try await codecs.render(bytes) }
        let saved = try await codecs.render(bytes, .only(200, .webp, toleratesDamage: true))

        #expect(error?.code == .damaged && error?.message.contains("allowDamaged=1") == true)
        #expect(saved.hasLostData)
        let good = try await codecs.render(Samples.all[0].bytes, .only(20, .webp, toleratesDamage: true))
        #expect(!good.hasLostData, "one picture's loss is not told of the next")
    }

    @Test("a JPEG with stray bytes between its segments has lost nothing")
    func strayBytes() async throws {
        let codecs = try await TestCodecs.shared.value
        var bytes = Picture.photo(300, 200).file(".jpg")
        bytes.insert(contentsOf: [0, 0, 0, 0], at: bytes.count - 2)
        #expect(try await codecs.render(bytes).outputs.count == 6)
    }

    @Test("mutated files of every format are answered, and the pool goes on")
    func mutated() async throws {
        let codecs = try await TestCodecs.shared.value
        var random = Seeded(4_711)
        for sample in Samples.all {
            for _ in 0..<12 {
                var bytes = sample.bytes
                for _ in 0..<3 {
                    bytes[Int.random(in: 12..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                _ = try? await codecs.probe(bytes, allowDamaged: true)
                _ = try? await codecs.render(bytes, .only(16, .webp, toleratesDamage: true))
            }
        }
        for sample in Samples.all { #expect(try await codecs.probe(sample.bytes).width == 24, "\(sample.name)") }
    }

    @Test("a large picture that is decoded whole stays in memory, for want of a place for files")
    func largeWhole() async throws {
        let codecs = try await TestCodecs.shared.value
        // 36 million pixels of four bytes: beyond where libvips would take a temporary file.
        let bytes = Picture.blank(6_000, 6_000, bands: 4).file(".webp[lossless,effort=0]")

        #expect(try await codecs.probe(bytes).width == 6_000)
        let result = try await codecs.render(bytes, .only(64, .webp))
        #expect(result.outputs[0].width == 64)
    }

    @Test("limits are what the settings say")
    func limits() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.limits.maxBytes = 2_000
            $0.limits.maxPixels = 10_000
            $0.limits.maxPixelsHEIF = 300
        }
        #expect(await code(Picture.photo(200, 200).file(".png"), codecs) == .tooLarge)
        #expect(await code(Picture.drawn(101, 100) { _, _ in [1, 2, 3] }.file(".png"), codecs) == .tooLarge)
        #expect(await code(Picture.drawn(100, 100) { _, _ in [1, 2, 3] }.file(".png"), codecs) == nil)
        #expect(await code(Picture.drawn(20, 16) { _, _ in [1, 2, 3] }.file(".avif"), codecs) == .tooLarge)
        await codecs.shutdown()
    }
}

/// Random numbers that are the same in each run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

/// Builds small files whose headers lie.
enum Bomb {
    static func big(_ value: Int, _ width: Int = 4) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * (width - 1 - $0))) }
    }

    static func little(_ value: Int, _ width: Int) -> [UInt8] { big(value, width).reversed() }

    /// A PNG of these chunks and an IEND.
    static func png(_ width: Int, _ height: Int, _ chunks: [(String, [UInt8])] = [("IDAT", [0])]) -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        var header = big(width)
        header += big(height)
        header += [8, 6, 0, 0, 0]
        for (name, body) in [("IHDR", header)] + chunks + [("IEND", [])] {
            file += big(body.count)
            file += Array(name.utf8)
            file += body
            file += [0, 0, 0, 0]
        }
        return file
    }

    static func gif(_ width: Int, _ height: Int, frames: Int) -> [UInt8] {
        var file = Array("GIF89a".utf8)
        file += little(width, 2)
        file += little(height, 2)
        file += [0x80, 0, 0, 0, 0, 0, 255, 255, 255]
        for _ in 0..<frames { file += [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0] }
        return file + [0x3B]
    }

    /// A WebP whose canvas is as large as its header can say.
    static var webp: [UInt8] {
        var file = Array("RIFF".utf8)
        file += little(40, 4)
        file += Array("WEBPVP8X".utf8)
        file += little(10, 4)
        file += [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        file += Array("VP8L".utf8)
        file += little(10, 4)
        return file + [UInt8](repeating: 0, count: 10)
    }

    static let all: [(String, [UInt8], CodecError.Code)] = {
        var bombs: [(String, [UInt8], CodecError.Code)] = []
        bombs.append(("nothing", [], .notAPicture))
        bombs.append(("a zero", [0], .notAPicture))
        bombs.append(("a megabyte of zeros", [UInt8](repeating: 0, count: 1 << 20), .notAPicture))
        bombs.append(("a PNG of 2^31 by 2^31", png(0x7FFF_FFFF, 0x7FFF_FFFF), .tooLarge))
        bombs.append(("the PNG that ran for a minute", png(935_820, 854_554), .tooLarge))
        bombs.append(("a PNG of 29,999 by 29,999", png(29_999, 29_999), .tooLarge))
        bombs.append(("a PNG of no pixels", png(0, 0), .damaged))
        bombs.append(("a PNG without pixels", png(8, 8, []), .truncated))
        bombs.append(("80 MB out of 60 bytes", png(5_000, 4_000), .truncated))
        bombs.append(("the GIF that made GLib abort", gif(65_308, 65_386, frames: 1), .tooLarge))
        bombs.append(("a WebP of 2^24 by 2^24", webp, .tooLarge))
        bombs.append(("an SVG", Array("<svg width='9' height='9'/>".utf8), .unsupportedFormat))
        bombs.append(("a PPM", Array("P6 2 2 255\n0123456789ab".utf8), .unsupportedFormat))
        bombs.append(("a MAT file", ChildSelfTest.dangerous[2].bytes, .unsupportedFormat))
        let drawing = "push graphic-context\nimage over 0,0 0,0 'label:@/etc/passwd'"
        bombs.append(("an MVG that calls itself PNG", Array(drawing.utf8), .notAPicture))
        let letters = [UInt8](repeating: 0x41, count: 100)
        bombs.append(("a JPEG of garbage", [0xFF, 0xD8, 0xFF, 0xE0] + letters, .truncated))
        return bombs
    }()
}
