import AgCrypto
import AgImaging
import AgModel
import Testing

@testable import AgLibrary

@Suite("What a render is made from")
struct RenderSourceTests {
    /// The variants of a picture of 4,000 by 3,000 pixels.
    static let candidates = VariantSize.allCases.flatMap { size in
        VariantFormat.allCases.map {
            RenderSource.Candidate(name: .sized(size, $0), width: size.width, height: size.width * 3 / 4)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let wish: RenderWish
        let source: RenderSource

        var testDescription: String { name }

        init(
            _ name: String, _ width: Int?, _ height: Int?, _ fit: RenderFit = .inside, _ format: PictureFormat = .webp,
            q quality: Int = 80, from source: RenderSource
        ) {
            self.name = name
            wish = RenderWish(
                width: width, height: height, fit: fit, format: format, quality: quality, longestSide: 4_096)
            self.source = source
        }
    }

    static let cases = [
        Case("far smaller than the smallest", 100, nil, from: .variant(.sized(.small, .webp))),
        Case("a variant one and a half times as wide is enough", 426, nil, from: .variant(.sized(.small, .webp))),
        Case("less is not", 427, nil, from: .variant(.sized(.medium, .webp))),
        Case(
            "for more quality than the variant has, it must be twice as wide", 320, nil, q: 85,
            from: .variant(.sized(.small, .webp))),
        Case("and is passed over when it is not", 321, nil, q: 85, from: .variant(.sized(.medium, .webp))),
        Case("nothing is lost on the way to a PNG", 400, nil, .inside, .png, from: .variant(.sized(.medium, .webp))),
        Case("nearly the largest variant", 1_281, nil, from: .original),
        Case("larger than all variants", 2_048, nil, from: .original),
        Case("AVIF comes from WebP too", 200, nil, .inside, .avif, from: .variant(.sized(.small, .webp))),
        Case("the height counts as well as the width", nil, 321, from: .variant(.sized(.medium, .webp))),
        Case("what is cut off counts too", 100, 400, .cover, from: .variant(.sized(.medium, .webp))),
        Case("what is added around does not", 1_000, 100, .contain, from: .variant(.sized(.small, .webp))),
        Case("exactly a variant is that variant", 640, nil, from: .ready(.sized(.small, .webp))),
        Case("in its own format", 1_024, nil, .inside, .avif, q: 85, from: .ready(.sized(.medium, .avif))),
        Case("whatever way the box says it", 640, 480, .cover, from: .ready(.sized(.small, .webp))),
        Case("not with another quality", 640, nil, q: 81, from: .variant(.sized(.medium, .webp))),
        Case("not as another format", 640, nil, .inside, .jpeg, from: .variant(.sized(.medium, .webp))),
        Case("not padded", 640, 640, .contain, from: .variant(.sized(.medium, .webp))),
    ]

    @Test("is the smallest variant that suffices, or the original", arguments: cases)
    func table(_ wanted: Case) {
        let source = RenderSource.choose(wanted.wish, width: 4_000, height: 3_000, among: Self.candidates)
        #expect(source == wanted.source)
    }

    @Test("is the original while there are no variants, and where they are no smaller")
    func original() {
        let wish = RenderWish(width: 100, height: nil, format: .webp, longestSide: 4_096)
        #expect(RenderSource.choose(wish, width: 4_000, height: 3_000, among: []) == .original)
        let same = VariantSize.allCases.map {
            RenderSource.Candidate(name: .sized($0, .webp), width: 500, height: 400)
        }
        #expect(RenderSource.choose(wish, width: 500, height: 400, among: same) == .original)
    }

    @Test("equal wishes are one, however they are written")
    func wishes() {
        func wish(_ width: Int?, _ height: Int?, _ fit: RenderFit, _ format: PictureFormat, _ quality: Int)
            -> RenderWish
        {
            RenderWish(
                width: width, height: height, fit: fit, format: format, quality: quality, longestSide: 4_096)
        }
        #expect(wish(640, nil, .cover, .webp, 80) == wish(640, nil, .contain, .webp, 80))
        #expect(wish(640, nil, .inside, .webp, 80) == wish(640, 4_096, .inside, .webp, 80))
        #expect(wish(640, 480, .cover, .webp, 80) != wish(640, 480, .contain, .webp, 80))
        #expect(wish(640, 480, .cover, .png, 80) == wish(640, 480, .cover, .png, 20))
        let different = [
            wish(640, 480, .cover, .webp, 80), wish(641, 480, .cover, .webp, 80), wish(640, 481, .cover, .webp, 80),
            wish(640, 480, .inside, .webp, 80), wish(640, 480, .cover, .avif, 80), wish(640, 480, .cover, .webp, 81),
        ]
        #expect(Set(different.map(\.signature)).count == different.count)
    }

    @Test("a seal is read back, and nothing that is cut or changed is one")
    func seal() {
        let seal = RenderSeal(key: .of("key"), sha256: .of("bytes"), length: 123_456)
        let bytes = seal.bytes
        let whole = Int64(bytes.count) + 123_456
        #expect(bytes.count == RenderSeal.byteCount)
        #expect(RenderSeal(bytes, fileLength: whole) == seal)
        #expect(RenderSeal(bytes, fileLength: whole - 1) == nil)
        #expect(RenderSeal(bytes.dropLast(), fileLength: whole) == nil)
        #expect(RenderSeal([UInt8](repeating: 0, count: bytes.count), fileLength: Int64(bytes.count)) == nil)
        for index in 64..<bytes.count {
            var changed = bytes
            changed[index] ^= 0x80
            #expect(RenderSeal(changed, fileLength: whole) == nil, "byte \(index)")
        }
    }
}
