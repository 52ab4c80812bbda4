import CVips
import Testing

@testable import AgImaging

/// A child makes its pixels strip by strip on its own thread; libvips' way through its threads is the model.
@Suite("A picture in memory")
struct StripTests {
    @Test(
        "has the pixels that libvips' own copy has",
        arguments: [
            (".jpg[Q=85]", CVIPS_JPEG), (".png", CVIPS_PNG), (".png[interlace]", CVIPS_PNG),
            (".webp[Q=80]", CVIPS_WEBP),
            (".tif", CVIPS_TIFF), (".tif[tile]", CVIPS_TIFF),
        ], [1, 15, 16, 17, 300])
    func same(_ kind: (String, CVipsLoader), _ height: Int) {
        let file = Picture.photo(131, height).file(kind.0)
        file.withUnsafeBytes { raw in
            let open = { Picture(cvips_load(kind.1, raw.baseAddress, raw.count, 1, 1, 1)) }
            let small = { open().made { cvips_resize($0, 0.41, 0.41) } }
            #expect(pixels(open(), cvips_in_memory) == pixels(open(), vips_image_copy_memory))
            #expect(pixels(small(), cvips_in_memory) == pixels(small(), vips_image_copy_memory))
        }
    }

    @Test("that is there already is the same one")
    func ready() {
        let picture = Picture.photo(20, 20)
        let again = picture.made { cvips_in_memory($0) }
        #expect(picture.lent { one in again.lent { one == $0 } })
    }

    @Test("is none when the file ends early, and libvips says why")
    func truncated() {
        let file = Array(Picture.photo(300, 300).file(".jpg").prefix(9_000))
        file.withUnsafeBytes { raw in
            let picture = Picture(cvips_load(CVIPS_JPEG, raw.baseAddress, raw.count, 1, 1, 1))
            #expect(picture.lent { cvips_in_memory($0) } == nil)
        }
        #expect(String(cString: vips_error_buffer()).contains("Premature end"))
        vips_error_clear()
    }

    private func pixels(
        _ picture: Picture, _ copy: (UnsafeMutablePointer<VipsImage>) -> UnsafeMutablePointer<VipsImage>?
    ) -> [UInt8] {
        var length = 0
        let memory = picture.made(copy).lent { vips_image_write_to_memory($0, &length) }
        defer { g_free(memory) }
        return Array(UnsafeRawBufferPointer(start: memory, count: length))
    }
}
