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

    @Test("leaves blocks with a checksum or a length of their own as they are", arguments: [".png", ".webp", ".avif"])
    func untouched(_ suffix: String) throws {
        let file = try memoryFile(Picture.photo(64, 48).with("exif-data", exif.withMark).file(suffix))
        let opened = try Opened([file.descriptor], PictureLimits(), toleratesDamage: false)

        #expect(isKnown("exif-data", in: try opened.load()))
        #expect(opened.metadata().make == "Leica")
    }

    @Test("changes one byte of its own memory, on any page, and none outside", arguments: [0, 4_095, 4_096, 8_191])
    func blot(_ offset: Int) throws {
        let file = try memoryFile([UInt8](repeating: 7, count: 8_192))
        let mapped = try MappedFile(file.descriptor, limit: 8_192)

        for place in [offset, -1, 8_192] { mapped.blot(place) }
        #expect(mapped.view.copy(at: 0, 8_192).indices.filter { mapped.view[$0] != 7 } == [offset])
        #expect(try file.read(at: Int64(offset), count: 1) == [7])
    }

    private func isKnown(_ field: String, in raster: Raster) -> Bool {
        raster.lent { vips_image_get_typeof($0, field) != 0 }
    }
}
