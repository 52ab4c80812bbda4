import AgModel
import Testing

@testable import AgServer

@Suite("The formats that a client takes")
struct AcceptedFormatTests {
    @Test(
        "are AVIF for those who name it, WebP for all others, and both where both are said",
        arguments: [
            ([], [.webp]), (["*/*"], [.webp]), (["image/*"], [.webp]), (["image/webp"], [.webp]),
            (["image/avif"], [.avif]), (["IMAGE/AVIF ; q=0.3"], [.avif]), (["image/avif;q=0"], [.webp]),
            (["image/avif", "image/webp"], [.avif, .webp]), (["image/avif, */*;q=0.1"], [.avif, .webp]),
            (["image/avif,image/*"], [.avif, .webp]), (["image/avif, image/webp;q=0, */*"], [.avif]),
            (["image/avif;q=0.0, image/webp"], [.webp]), (["text/html"], [.webp]), (["image/avifx"], [.webp]),
            ([""], [.webp]), ([";;q=,"], [.webp]), (["image/avif;\(String(repeating: "x", count: 200))"], [.webp]),
            ([String(repeating: "a,", count: 63) + "image/avif"], [.avif]),
            ([String(repeating: "a,", count: 6_000) + "image/avif"], [.webp]),
        ] as [([String], [VariantFormat])])
    func table(_ headers: [String], _ formats: [VariantFormat]) {
        #expect(AcceptedFormat.all(headers) == formats)
        #expect(AcceptedFormat.of(headers) == formats.first)
    }
}
