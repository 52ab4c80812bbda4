import AgBase
import AgTesting
import Testing

@testable import AgImaging

/// Small files that would keep a decoder busy for long, if it saw what nobody reads.
@Suite("What the product does not read", .timeLimit(.minutes(3)))
struct HiddenCostTests {
    private static let files: [(name: String, make: @Sendable () -> [UInt8])] = [
        ("30 compressed texts of 60 MB", { texts("zTXt", Array("Comment\0\0".utf8)) }),
        ("30 international texts of 60 MB", { texts("iTXt", Array("Comment\0\u{1}\0\0\0".utf8)) }),
        ("10 profiles of 60 MB", { texts("iCCP", Array("Profile\0\0".utf8), count: 10) }),
        ("14,000 private tags of 1 MB", privateTags),
        ("80,000 directories below 5,000 pages of a TIFF", { CrowdedFile.tiff(stride: 16) }),
        ("200,000 camera notes of a JPEG", { jpeg(0xE1, 200_000) }),
        ("200,000 parts of a JPEG that are no profile", { jpeg(0xE2, 200_000) }),
        ("10,000 parts of a JPEG's profile", { jpeg(0xE2, 10_000, Array("ICC_PROFILE\0\u{1}\u{1}".utf8)) }),
        ("200,000 Photoshop notes of a JPEG", { jpeg(0xED, 200_000) }),
        ("200,000 parts of a JPEG that are no Adobe note", { jpeg(0xEE, 200_000) }),
        ("100,000 Adobe notes of a JPEG", { jpeg(0xEE, 100_000, Array("Adobe\0d\0\0\0\0\u{1}".utf8)) }),
        ("200,000 comments of a JPEG", { jpeg(0xFE, 200_000) }),
        (
            "30,000 frames of a GIF",
            {
                let speck: [UInt8] = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 255, 255, 255, 2, 2, 0x44, 1, 0]
                return repeated(speck, 30_000, behind: Quad.picture().file(".gif").dropLast()) + [0x3B]
            }
        ),
        ("20,000 frames of a WebP", { WebPFile.animated(Quad.picture(16, 16).file(".webp"), 16, 16, frames: 20_000) }),
    ]

    @Test("costs nothing, however much of it a small file holds", arguments: files.indices)
    func cheap(_ index: Int) async throws {
        let (name, make) = Self.files[index]
        let bytes = make()
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.probes = 1
            $0.probeTime = Allowance(processor: .seconds(1), wall: .seconds(100))
        }

        await #expect(throws: Never.self, "\(name)") { try await codecs.probe(bytes) }
        await codecs.shutdown()
    }

    private static func jpeg(_ marker: UInt8, _ count: Int, _ body: [UInt8] = []) -> [UInt8] {
        let base = Quad.picture().file(".jpg")
        return repeated([0xFF, marker, 0, UInt8(2 + body.count)] + body, count, behind: base[..<2]) + base[2...]
    }

    private static func texts(_ kind: String, _ head: [UInt8], count: Int = 30) -> [UInt8] {
        let base = Quad.picture(16, 16).file(".png")
        // With its checksum: without it the decoder throws a text away before it looks inside.
        let chunk = PNGFile.chunk(kind, head + zeros)
        return repeated(chunk, count, behind: base[..<33]) + base[33...]
    }

    private static func privateTags() -> [UInt8] {
        var page = TIFFFile.Page(600, 600, pixels: [UInt8](repeating: 90, count: 1_080_000))
        page.raw = (0..<14_000).map { (51_000 + $0, 7, 1_000_000, 8) }
        return TIFFFile(page).bytes
    }

    private static func repeated(_ piece: [UInt8], _ count: Int, behind head: some Sequence<UInt8>) -> [UInt8] {
        var file = Array(head)
        file.reserveCapacity(file.count + piece.count * count + 1 << 16)
        for _ in 0..<count { file += piece }
        return file
    }

    /// 60 MB of zeros as DEFLATE has them: one zero, then "258 bytes from one byte back" again and again, 13 bits each.
    private static let zeros: [UInt8] = {
        var bits = BitWriter()
        // The last block, with the fixed code; then literal 0.
        bits.put(0b110, 3)
        bits.put(0b0011_0000, 8)
        for _ in 0..<60_000_000 / 258 { bits.put(0b1_1000_1010_0000, 13) }
        // The end of the block.
        bits.put(0, 7)
        let adler = (1 + 60_000_000 / 258 * 258) % 65_521 << 16 | 1
        return [0x78, 0x01] + bits.bytes + Bomb.big(adler)
    }()

    /// Bits fill bytes from the lowest on.
    private struct BitWriter {
        private(set) var bytes: [UInt8] = [0]
        private var free = 8

        mutating func put(_ bits: Int, _ count: Int) {
            for index in (0..<count).reversed() {
                if free == 0 {
                    bytes.append(0)
                    free = 8
                }
                bytes[bytes.count - 1] |= UInt8(bits >> index & 1) << (8 - free)
                free -= 1
            }
        }
    }
}
