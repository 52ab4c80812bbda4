import Testing

@testable import AgImaging

/// Walks a file's structure as the child does.
func structure(_ bytes: [UInt8]) throws(CodecError) -> PictureStructure {
    try bytes.lend { (raw) throws(CodecError) in try PictureStructure.read(ByteView(raw)) }
}

@Suite("The structural check")
struct StructureTests {
    @Test("finds size and end of a good file", arguments: Samples.all)
    func complete(_ sample: Samples.Sample) throws {
        let found = try structure(sample.bytes)

        #expect(found.format == sample.format)
        #expect(found.isComplete)
        #expect(found.width == 24 && found.height == 16)
    }

    @Test("sees that a file is cut, wherever it is cut", arguments: Samples.all)
    func truncated(_ sample: Samples.Sample) {
        // A GIF that ends between two blocks, and a TIFF that does not say that no page follows, have lost nothing.
        let whole = sample.format == .gif ? Self.blockEnds(sample.bytes) : []
        let end = sample.format == .tiff ? sample.bytes.count - 4 : sample.bytes.count
        for length in 0..<end where !whole.contains(length) {
            let found = try? structure(Array(sample.bytes.prefix(length)))
            #expect(found?.isComplete != true, "\(sample.name) cut after \(length) of \(sample.bytes.count) bytes")
        }
    }

    /// Where the blocks behind the first frame of a GIF end.
    private static func blockEnds(_ bytes: [UInt8]) -> Set<Int> {
        Set(bytes.indices.filter { (try? structure(Array(bytes.prefix($0)) + [0x3B]))?.isComplete == true })
    }

    @Test("survives any one damaged byte", arguments: Samples.all)
    func damaged(_ sample: Samples.Sample) {
        for index in sample.bytes.indices {
            for value: UInt8 in [0, 0x7F, 0xFF] {
                var bytes = sample.bytes
                bytes[index] = value
                // Whatever it finds, it must come to an end and answer.
                _ = try? structure(bytes)
            }
        }
    }

    @Test(
        "does not mind what comes behind the end",
        arguments: Samples.all.filter { [.jpeg, .png, .gif].contains($0.format) })
    func trailing(_ sample: Samples.Sample) throws {
        #expect(try structure(sample.bytes + [1, 2, 3, 4, 5]).isComplete)
    }

    @Test("counts frames")
    func frames() throws {
        let gif = try structure(Samples.animation.file(".gif"))
        let webp = try structure(Samples.animation.file(".webp"))

        #expect(gif.frames == 3 && webp.frames == 3)
    }

    @Test("refuses what is no picture, with a word about what it is")
    func strangers() {
        let cases: [(String, [UInt8], CodecError.Code, String)] = [
            ("nothing", [], .notAPicture, "empty"),
            ("text", Array("hello, world".utf8), .notAPicture, "not a picture"),
            ("SVG", Array("<svg xmlns=''/>".utf8), .unsupportedFormat, "SVG"),
            ("PDF", Array("%PDF-1.7".utf8), .unsupportedFormat, "PDF"),
            ("BigTIFF", [0x49, 0x49, 43, 0, 8, 0, 0, 0], .unsupportedFormat, "BigTIFF"),
            ("PPM", Array("P6 1 1 255 abc".utf8), .unsupportedFormat, "PPM"),
            ("MATLAB", Array("MATLAB 5.0 MAT-file".utf8), .unsupportedFormat, "MATLAB"),
            ("video", [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 0, 0], .unsupportedFormat, "video"),
        ]
        for (name, bytes, code, word) in cases {
            let error = #expect(throws: CodecError.self, "\(name)") { try structure(bytes) }
            #expect(
                error?.code == code && error?.message.contains(word) == true, "\(name): \(String(describing: error))")
        }
    }

    @Test("goes by the first header of a PNG, and takes no product for less than it is")
    func pngHeaders() throws {
        let picture = Picture.photo(24, 16).file(".png")
        let small: [UInt8] = [0, 0, 0, 5, 0, 0, 0, 5, 8, 6, 0, 0, 0]
        let frames: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
        var huge = Self.png(Self.png(picture, with: "IHDR", small), with: "acTL", frames)
        huge.replaceSubrange(16..<24, with: repeatElement(0xFF, count: 8))

        #expect(try structure(Self.png(picture, with: "IHDR", small)).width == 24)
        let found = try structure(huge)
        #expect(found.width == 0xFFFF_FFFF && found.pixels == .max)
        #expect(throws: CodecError.self) { try PictureLimits().check(found, fileLength: huge.count) }
    }

    /// The chunk is put behind the header; nobody looks at its checksum here.
    private static func png(_ picture: [UInt8], with kind: String, _ body: [UInt8]) -> [UInt8] {
        let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
        return picture[..<33] + length + Array(kind.utf8) + body + [0, 0, 0, 0] + picture[33...]
    }

    @Test("counts the pages of a TIFF once, however its directories are linked")
    func ring() throws {
        let entry: [UInt8] = [0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0]
        let head: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 0xFF, 0xFF]
        let long = head + Array(repeating: entry, count: 65_535).joined() + [8, 0, 0, 0]
        var pages = TIFFFile(.init(8, 8), .init(8, 8), .init(8, 8))
        #expect(try structure(pages.bytes).frames == 3)
        // Where the second page's directory lies.
        pages.pages[2].next = 8 + 2 * 192 + 2 * 12 + 126

        #expect(try structure(pages.bytes).frames == 3)
        #expect(try structure(long).frames == 1)
        #expect(try !structure([0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 0]).isComplete)
    }

    @Test("takes items of an AVIF that lie upon each other for too much")
    func heapedItems() throws {
        let base = Quad.picture(32, 32).file(".avif")
        let place = try #require((0..<base.count - 4).first { base[$0..<$0 + 4].elementsEqual("iloc".utf8) })
        // Version 0, four bytes for offset and length: a hundred items of the whole file each.
        var table: [UInt8] = [0, 0, 0, 0, 0x44, 0, 0, 100]
        for item in 1...100 { table += Bomb.big(item, 2) + [0, 0, 0, 1] + Bomb.big(0) + Bomb.big(base.count) }
        let box = Bomb.big(table.count + 8) + Array("iloc".utf8) + table
        var file = base
        file.insert(contentsOf: box, at: place - 4)
        let meta = try #require((0..<base.count - 4).first { base[$0..<$0 + 4].elementsEqual("meta".utf8) })
        let length = base[meta - 4..<meta].reduce(0) { $0 << 8 | Int($1) }
        file.replaceSubrange(meta - 4..<meta, with: Bomb.big(length + box.count))

        let error = #expect(throws: CodecError.self) { try structure(file) }
        #expect(error?.code == .tooLarge)
    }

    @Test("reads the first table of items and no other")
    func secondItemTable() {
        func box(_ name: String, _ body: [UInt8]) -> [UInt8] {
            [0, 0, 0, UInt8(8 + body.count)] + Array(name.utf8) + body
        }
        // One item without bytes in the first table, and one far outside of the file in the second.
        let inside = box("iloc", [0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        let outside = box("iloc", [0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0xFF, 0, 0, 0, 0, 0, 1])
        let bytes = [0, 0, 0, 0] + inside + outside
        let isWhole = bytes.withUnsafeBytes { HEIFMeta(ByteView($0), 0..<bytes.count).isWhole }

        #expect(isWhole)
    }

    @Test("does not believe an item table of empty entries")
    func emptyExtents() throws {
        // Version 0, widths of zero, 65,535 items of 65,535 extents that take no bytes.
        var table: [UInt8] = [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        for _ in 0..<200 { table += [0, 1, 0, 0, 0xFF, 0xFF] }
        let extents = table.withUnsafeBytes { HEIFExtent.read(ByteView($0), 0..<table.count) }

        #expect(extents.count <= 100_000)
    }
}

@Suite("Sniffing")
struct SniffTests {
    @Test(
        "knows a format by its first bytes",
        arguments: [
            ([0xFF, 0xD8, 0xFF, 0xE0], PictureFormat.jpeg), ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
            (Array("GIF87a".utf8), .gif), (Array("GIF89a".utf8), .gif),
            (Array("RIFF....WEBPVP8 ".utf8), .webp), ([0x49, 0x49, 42, 0], .tiff), ([0x4D, 0x4D, 0, 42], .tiff),
            ([0, 0, 0, 20] + Array("ftypavif....".utf8), .avif), ([0, 0, 0, 20] + Array("ftypheic....".utf8), .heic),
            ([0, 0, 0, 24] + Array("ftypmif1....mif1avif".utf8), .avif),
            ([0, 0, 0, 24] + Array("ftypmif1....mif1heic".utf8), .heic),
            ([0, 0, 0, 24] + Array("ftypmsf1....msf1hevc".utf8), .heic),
        ] as [([UInt8], PictureFormat)])
    func known(_ head: [UInt8], _ format: PictureFormat) {
        #expect(PictureFormat(sniffing: head) == format)
    }

    @Test(
        "knows nothing else",
        arguments: [
            [], [0xFF], [0xFF, 0xD8], Array("GIF88a".utf8), Array("RIFF....WAVE".utf8), [0x49, 0x49, 43, 0],
            [0, 0, 0, 20] + Array("ftypisom....".utf8), [0, 0, 0, 8] + Array("ftyp".utf8),
            [0xFF, 0xFF, 0xFF, 0xFF] + Array("ftypmp42....mif1avif".utf8), Array("<svg".utf8), Array("%PDF-".utf8),
        ] as [[UInt8]])
    func unknown(_ head: [UInt8]) {
        #expect(PictureFormat(sniffing: head) == nil)
    }

    @Test("names agree with media types")
    func names() {
        #expect(PictureFormat.allCases.map(\.mediaType).contains("image/jpeg"))
        #expect(PictureFormat.jpeg.fileExtension == "jpg" && PictureFormat.tiff.fileExtension == "tif")
    }
}
