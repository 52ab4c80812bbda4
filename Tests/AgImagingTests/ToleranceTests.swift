import AgBase
import Testing

@testable import AgImaging

/// Files that browsers, libjpeg, libpng and libtiff read whole, although something beside the picture is odd.
@Suite("A whole picture in an odd file", .timeLimit(.minutes(5)))
struct ToleranceTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var testDescription: String { name }
    }

    private static let cases = jpeg + png + webp + heif + gif + tiff

    @Test("is taken, and shows what it holds", arguments: cases.indices)
    func taken(_ index: Int) async throws {
        try await Quad.check(Self.cases[index].bytes, Self.cases[index].name, try await TestCodecs.shared.value)
    }

    // MARK: The files

    private static let jpeg: [Case] = {
        let base = Quad.picture().file(".jpg[Q=95]")
        // Behind the JFIF segment.
        let behind = 4 + Int(base[4]) << 8 + Int(base[5])
        func with(_ bytes: [UInt8]) -> [UInt8] { base[..<behind] + bytes + base[behind...] }
        func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
            [0xFF, marker] + Bomb.big(body.count + 2, 2) + body
        }
        let filler = [UInt8](repeating: 0x41, count: 65_000)
        let xmp = Array("http://ns.adobe.com/xmp/extension/\0".utf8) + [UInt8](repeating: 0x30, count: 40)
        return [
            Case(name: "JPEG, stray zeros between segments", bytes: with([0, 0, 0, 0])),
            Case(name: "JPEG, stray bytes and a stuffed FF", bytes: with([0x12, 0xFF, 0, 0x34, 0xFF, 0xFF, 0, 1])),
            Case(name: "JPEG, fill bytes", bytes: with([0xFF, 0xFF, 0xFF, 0xFF])),
            Case(
                name: "JPEG, stray bytes before the second marker", bytes: base[..<2] + [0xFF, 0xFF, 0xFF] + base[2...]),
            Case(name: "JPEG, APP length too short", bytes: with([0xFF, 0xE4, 0, 4] + Array("longer than four".utf8))),
            Case(name: "JPEG, APP length of zero", bytes: with([0xFF, 0xE4, 0, 0] + Array("no length".utf8))),
            Case(name: "JPEG, comment without length", bytes: with([0xFF, 0xFE, 0, 1, 0x20])),
            Case(
                name: "JPEG, 1.3 MB of extended XMP",
                bytes: with(Array(repeating: segment(0xE1, xmp + filler), count: 20).flatMap { $0 })),
            Case(
                name: "JPEG, a thousand comments",
                bytes: with(Array(repeating: segment(0xFE, [1]), count: 1_000).flatMap { $0 })),
            Case(name: "JPEG, bytes behind the end", bytes: base + filler),
            Case(name: "JPEG, a second JPEG behind the end", bytes: base + base),
            Case(name: "JPEG, arithmetic coding", bytes: ArithmeticJPEG.bytes),
        ]
    }()

    private static let png: [Case] = {
        let base = Quad.picture().file(".png")
        func with(_ chunks: [(String, [UInt8])]) -> [UInt8] {
            var all: [UInt8] = []
            for (name, body) in chunks {
                all += Bomb.big(body.count)
                all += Array(name.utf8)
                all += body
                all += [0, 0, 0, 0]
            }
            return base[..<33] + all + base[33...]
        }
        let text = Array("Comment\0".utf8)
        let exif = ExifBlock(main: [(0x010F, .text("Leica"))]).bytes + [UInt8](repeating: 0, count: 200_000)
        let xmp = Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + [UInt8](repeating: 0x20, count: 2 << 20)
        return [
            Case(name: "PNG, 68 texts", bytes: with((0..<68).map { ("tEXt", text + [UInt8($0)]) })),
            Case(name: "PNG, 5,000 texts", bytes: with(Array(repeating: ("tEXt", text), count: 5_000))),
            Case(
                name: "PNG, a text of a megabyte",
                bytes: with([("tEXt", text + [UInt8](repeating: 0x20, count: 1 << 20))])),
            Case(name: "PNG, 200 KB of EXIF", bytes: with([("eXIf", exif)])),
            Case(name: "PNG, 2 MB of XMP", bytes: with([("iTXt", xmp)])),
            Case(name: "PNG, bytes behind the end", bytes: base + [1, 2, 3, 4, 5]),
            Case(name: "PNG, zeros behind the end", bytes: base + [UInt8](repeating: 0, count: 10_000)),
            Case(name: "PNG, 2,000 frames announced", bytes: with([("acTL", Bomb.big(2_000) + Bomb.big(0))])),
        ]
    }()

    private static let webp: [Case] = {
        let exif = ExifBlock(main: [(0x010F, .text("Leica"))]).bytes + [UInt8](repeating: 0, count: 200_000)
        let xmp = [UInt8](repeating: 0x20, count: 2 << 20)
        let noted = Quad.picture().with("exif-data", exif).with("xmp-data", xmp).file(".webp[lossless]")
        let plain = Quad.picture().file(".webp[Q=95]")
        return [
            Case(name: "WebP, 200 KB of EXIF and 2 MB of XMP", bytes: noted),
            Case(name: "WebP, bytes behind the end", bytes: plain + [0, 0, 0, 7, 8]),
            Case(name: "WebP, 1,500 frames", bytes: WebPFile.animated(plain, 160, 120, frames: 1_500)),
        ]
    }()

    private static let heif: [Case] = [".heic[Q=95]", ".avif[Q=95]"].flatMap { suffix in
        let base = Quad.picture().file(suffix)
        let trailers: [(String, [UInt8])] = [
            ("a newline", [10]), ("three bytes", [1, 2, 3]), ("four zeros", [0, 0, 0, 0]),
            ("a page of zeros", [UInt8](repeating: 0, count: 4_096)),
            ("a phone's trailer", Array("SEFHk\0\0\0\u{1}\0\0\0\0\0\u{30}\nImage_UTC_Data1700000000000SEFT".utf8)),
            ("a cut box", [0, 0, 0, 200] + Array("mpvd".utf8) + [0, 0, 0]),
            ("a box of a phone", [0, 0, 0, 12] + Array("sefd".utf8) + [0, 0, 0, 1]),
            ("ones", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ]
        return trailers.map { Case(name: "\(suffix) and \($0.0)", bytes: base + $0.1) }
    }

    private static let gif: [Case] = {
        let base = Quad.picture().file(".gif")
        let body = Array(base.dropLast())
        let tableEnd = 13 + 3 << (Int(base[10] & 7) + 1)
        let comment: [UInt8] = [0x21, 0xFE, 3, 1, 2, 3, 0]
        let odd = base[..<tableEnd] + [0, 0] + comment + [0] + base[tableEnd...]
        // A frame of one pixel, with a table of its own.
        let speck: [UInt8] = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 255, 255, 255, 2, 2, 0x44, 1, 0]
        return [
            Case(name: "GIF, zeros before the trailer", bytes: body + [0, 0, 0, 0x3B]),
            Case(name: "GIF, zeros behind the table and a comment", bytes: Array(odd)),
            Case(name: "GIF, no trailer", bytes: body),
            Case(name: "GIF, zeros and no trailer", bytes: body + [0, 0]),
            Case(name: "GIF, bytes behind the trailer", bytes: base + [1, 2, 3]),
            Case(name: "GIF, bytes in place of the trailer", bytes: body + [0x41, 0x42, 0x43]),
            Case(name: "GIF, zeros between two frames", bytes: body + [0] + speck + [0, 0x3B]),
            Case(
                name: "GIF, 3,001 frames", bytes: body + Array(repeating: speck, count: 3_000).flatMap { $0 } + [0x3B]),
        ]
    }()

    private static let tiff: [Case] = [false, true].flatMap { isBig in
        let order = isBig ? "Motorola" : "Intel"
        func file(_ change: (inout TIFFFile) -> Void) -> [UInt8] {
            var file = TIFFFile(.init(160, 120, pixels: Quad.pixels(160, 120)))
            file.isBig = isBig
            change(&file)
            return file.bytes
        }
        let outside = (65_000, 7, 1_000, 0x7000_0000)
        let many = (0..<3_000).map { (40_000 + $0, 7, 57_600, 8) }
        return [
            Case(name: "\(order) TIFF, a private tag outside", bytes: file { $0.pages[0].raw = [outside] }),
            Case(name: "\(order) TIFF, 3,000 private tags on its pixels", bytes: file { $0.pages[0].raw = many }),
            Case(
                name: "\(order) TIFF, notes of a type unknown",
                bytes: file { $0.pages[0].raw = [(700, 99, 5, 0x7000_0000)] }),
            Case(name: "\(order) TIFF, next directory FFFFFFFF", bytes: file { $0.pages[0].next = 0xFFFF_FFFF }),
            Case(name: "\(order) TIFF, next directory outside", bytes: file { $0.pages[0].next = 0x10_0000 }),
            Case(name: "\(order) TIFF, next directory in the header", bytes: file { $0.pages[0].next = 2 }),
            Case(name: "\(order) TIFF, next directory not told", bytes: file { $0.pages[0].lacksNext = true }),
            // Where the pixels end.
            Case(name: "\(order) TIFF, next directory itself", bytes: file { $0.pages[0].next = 57_620 }),
            Case(name: "\(order) TIFF, bytes behind", bytes: file { $0.trailer = [1, 2, 3] }),
            Case(
                name: "\(order) TIFF, a second page without its pixels",
                bytes: file { file in
                    file.pages.append(.init(8, 8))
                    file.pages[1].entries[279] = (4, [0x7000_0000])
                }),
            Case(
                name: "\(order) TIFF, a preview before the picture",
                bytes: file { file in
                    file.pages.insert(.init(8, 8), at: 0)
                    file.pages[0].entries[254] = (4, [1])
                }),
            Case(
                name: "\(order) TIFF, a mask before the picture",
                bytes: file { file in
                    file.pages.insert(.init(8, 8), at: 0)
                    file.pages[0].entries[254] = (4, [4])
                }),
        ]
    }

    @Test("is taken however few bytes hold it", arguments: ["G4", "deflate", "png", "webp", "avif"])
    func blank(_ kind: String) async throws {
        let codecs = try await TestCodecs.shared.value
        let size = kind == "G4" ? (4_960, 7_016) : (4_000, 3_000)
        let picture = Picture.blank(size.0, size.1, bands: kind == "G4" ? 1 : 3)
        let suffixes = [
            "G4": ".tif[compression=ccittfax4,bitdepth=1]", "deflate": ".tif[compression=deflate,predictor=horizontal]",
            "png": ".png[compression=9]", "webp": ".webp[lossless,effort=0]", "avif": ".avif[effort=0]",
        ]
        let bytes = picture.file(suffixes[kind]!)

        let probe = try await codecs.probe(bytes)
        let small = try await codecs.render(bytes, .only(64, .webp)).outputs[0]

        #expect(probe.width == size.0 && probe.height == size.1 && small.width == 64)
    }

    @Test("that is cut is still refused")
    func cut() throws {
        var twoPages = TIFFFile(.init(16, 16), .init(16, 16))
        twoPages.pages[0].entries[279] = (4, [0x10_0000])
        let gif = Quad.picture(16, 16).file(".gif")
        let cases: [(String, [UInt8])] = [
            ("TIFF without its pixels", twoPages.bytes), ("GIF without its last block's end", gif.dropLast(2)),
            ("HEIC without its last bytes", Quad.picture(32, 32).file(".heic").dropLast(3)),
            ("PNG without its pixels' end", Bomb.png(5_000, 4_000)),
        ]
        for (name, bytes) in cases { #expect(try !structure(bytes).isComplete, "\(name)") }
    }
}
