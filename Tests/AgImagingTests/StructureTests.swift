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
        for length in 0..<sample.bytes.count {
            let found = try? structure(Array(sample.bytes.prefix(length)))
            #expect(found?.isComplete != true, "\(sample.name) cut after \(length) of \(sample.bytes.count) bytes")
        }
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
        #expect(webp.animationPixels == 3 * 24 * 16)
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

    @Test(
        "counts compressed notes of a PNG as texts, whatever they are called, for they may hold a thousand times as much"
    )
    func pngNotes() throws {
        let picture = Picture.photo(24, 16).file(".png")
        let xmp = Array("XML:com.adobe.xmp\0".utf8)
        let cases: [(kind: String, body: [UInt8], texts: Int, largest: Int, xmpBytes: Int)] = [
            ("iTXt", xmp + [0, 0, 0, 0, 7, 7], 0, 0, 24),
            ("iTXt", xmp + [1, 0, 0, 0, 7, 7], 1, 24, 0),
            ("zTXt", Array("Comment\0\0".utf8) + [7, 7], 1, 11, 0),
        ]
        for (kind, body, texts, largest, xmpBytes) in cases {
            let found = try structure(Self.png(picture, with: kind, body))
            #expect(found.isComplete)
            #expect(
                [found.textChunks, found.largestTextChunk, found.xmpBytes] == [texts, largest, xmpBytes], "\(kind)")
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
        #expect(found.width == 0xFFFF_FFFF && found.pixels == .max && found.animationPixels == .max)
        #expect(throws: CodecError.self) { try PictureLimits().check(found, fileLength: huge.count) }
    }

    /// The chunk is put behind the header; nobody looks at its checksum here.
    private static func png(_ picture: [UInt8], with kind: String, _ body: [UInt8]) -> [UInt8] {
        let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
        return picture[..<33] + length + Array(kind.utf8) + body + [0, 0, 0, 0] + picture[33...]
    }

    @Test("does not loop on a TIFF whose directories form a ring")
    func ring() {
        let bytes: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 0]

        #expect(throws: CodecError.self) { try structure(bytes) }
    }

    @Test("does not go round a ring of one long directory for seconds")
    func longRing() {
        let entry: [UInt8] = [0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0]
        let head: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 0xFF, 0xFF]
        let bytes = head + Array(repeating: entry, count: 65_535).joined() + [8, 0, 0, 0]

        let error = #expect(throws: CodecError.self) { try structure(bytes) }
        #expect(error?.code == .tooLarge && error?.message.contains("entries") == true)
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
