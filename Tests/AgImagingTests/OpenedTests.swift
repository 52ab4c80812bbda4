import AgBase
import CVips
import Testing

@testable import AgImaging

@Suite("An opened picture")
struct OpenedTests {
    private let exif = ExifBlock(main: [(0x010F, .text("Leica")), (0x0112, .short(6))])

    @Test("keeps a JPEG's camera notes from libvips, and reads them itself", arguments: [1, 4])
    func hidden(_ shrink: Int) throws {
        let bytes = Picture.photo(64, 48).with("exif-data", exif.withMark).file(".jpg")
        let file = try memoryFile(bytes)
        let opened = try Opened([file.descriptor], PictureLimits(), toleratesDamage: false)

        #expect(!isKnown("exif-data", in: try opened.load(shrink: shrink)))
        #expect(opened.metadata().make == "Leica" && opened.orientation == 6)
        #expect(try file.read(at: 0, count: bytes.count) == bytes)
    }

    @Test(
        "keeps notes from libvips whatever the format, and reads them itself; colours it shows",
        arguments: [".jpg", ".png", ".webp", ".tif", ".avif", ".heic"])
    func notes(_ suffix: String) throws {
        let picture = Picture.photo(64, 48).converted(to: "p3").with("exif-data", exif.withMark)
            .with("xmp-data", Array("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".utf8))
            .with("iptc-data", Array("Photoshop 3.0".utf8))
        let bytes = picture.file(suffix)
        let file = try memoryFile(bytes)
        let opened = try Opened([file.descriptor], PictureLimits(), toleratesDamage: false)
        let loaded = try opened.load()

        for field in ["exif-data", "xmp-data", "iptc-data", "png-comment-0-XML:com.adobe.xmp", "photoshop-data"] {
            #expect(!isKnown(field, in: loaded), "\(field)")
        }
        #expect(loaded.hasProfile && loaded.width == 64)
        #expect(try loaded.inMemory().height == 48)
        // libvips writes no EXIF into a TIFF.
        #expect(suffix == ".tif" || opened.metadata().make == "Leica")
        #expect(try file.read(at: 0, count: bytes.count) == bytes)
    }

    @Test("goes by the first of several camera notes that is one, and shows libvips none of them")
    func severalNotes() throws {
        let base = Picture.photo(64, 48).file(".jpg")
        func block(_ body: [UInt8]) -> [UInt8] { [0xFF, 0xE1] + Bomb.big(body.count + 2, 2) + body }
        let broken = block(Array("Exif\0\0no header of a TIFF".utf8))
        let second = block(ExifBlock(main: [(0x010F, .text("Second")), (0x0112, .short(3))]).withMark)
        for (blocks, make, orientation) in [
            (broken + block(exif.withMark) + second, "Leica", 6), (second + block(exif.withMark), "Second", 3),
        ] {
            let file = try memoryFile(base[..<2] + blocks + base[2...])
            let opened = try Opened([file.descriptor], PictureLimits(), toleratesDamage: false)

            #expect(!isKnown("exif-data", in: try opened.load()))
            #expect(opened.metadata().make == make && opened.orientation == orientation)
        }
    }

    @Test(
        "of several frames shows libvips the first, as it was among the others", arguments: [".gif", ".webp[lossless]"])
    func frames(_ suffix: String) throws {
        let bytes = Samples.animation.file(suffix)
        let file = try memoryFile(bytes)
        let opened = try Opened([file.descriptor], PictureLimits(), toleratesDamage: false)
        let alone = try opened.load()
        let among = try bytes.lend { (raw) throws(CodecError) in
            try Raster.open(raw, .init(format: opened.structure.format)).inMemory()
        }

        #expect(opened.structure.frames == 3 && alone.pages == 1)
        #expect(try alone.rgba() == among.rgba())
    }

    @Test("of several pages shows libvips the first that is no preview, with its own orientation")
    func pages() throws {
        var tiff = TIFFFile(.init(8, 8), .init(40, 30), .init(50, 50))
        tiff.pages[0].entries[254] = (4, [1])
        tiff.pages[0].entries[274] = (3, [3])
        tiff.pages[1].entries[274] = (3, [6])
        let file = try memoryFile(tiff.bytes)
        let opened = try Opened([file.descriptor], PictureLimits(), toleratesDamage: false)
        let loaded = try opened.load()

        #expect(loaded.pages == 1 && loaded.width == 40 && loaded.height == 30)
        #expect(opened.orientation == 6 && opened.structure.frames == 3)
    }

    @Test("changes bytes of its own memory, on any page, and none outside", arguments: [0, 4_095, 4_096, 8_190])
    func patched(_ offset: Int) throws {
        let file = try memoryFile([UInt8](repeating: 7, count: 8_192))
        let mapped = try MappedFile(file.descriptor, limit: 8_192)
        var view = DecoderView()
        for place in [offset, -2, 8_191] { try view.put([8, 9], at: place) }

        try mapped.apply(view.patches)

        let changed = mapped.view.copy(at: 0, 8_192).indices.filter { mapped.view[$0] != 7 }
        #expect(changed == Array(Set([offset, offset + 1, 8_191])).sorted())
        #expect(try file.read(at: Int64(offset), count: 2) == [7, 7])
    }

    private func isKnown(_ field: String, in raster: Raster) -> Bool {
        raster.lent { vips_image_get_typeof($0, field) != 0 }
    }
}
