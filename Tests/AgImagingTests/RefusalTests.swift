import AgBase
import Testing

@testable import AgImaging

@Suite("A file of a kind that is not taken")
struct RefusalTests {
    private func refusal(_ bytes: [UInt8]) -> CodecError? {
        do throws(CodecError) {
            _ = try structure(bytes)
            return nil
        } catch {
            return error
        }
    }

    /// First bytes of files, and the word that must name the kind.
    private static let heads: [(word: String, bytes: [UInt8])] = [
        ("ORF", Array("IIRO\u{8}\0\0\0".utf8)), ("ORF", Array("IIRS".utf8)), ("ORF", Array("MMOR".utf8)),
        ("RW2", [0x49, 0x49, 0x55, 0, 0x18, 0, 0, 0]), ("RAF", Array("FUJIFILMCCD-RAW 0201".utf8)),
        ("CRW", [0x49, 0x49, 0x1A, 0, 0, 0] + Array("HEAPCCDR".utf8)), ("X3F", Array("FOVb".utf8)),
        ("MRW", [0, 0x4D, 0x52, 0x4D]), ("CR2", [0x49, 0x49, 42, 0, 16, 0, 0, 0] + Array("CR\u{2}\0".utf8)),
        ("IIQ", [0x49, 0x49, 42, 0, 16, 0, 0, 0] + Array("IIII".utf8)), ("CR3", brand("crx ")),
        ("JPEG 2000", [0, 0, 0, 12] + Array("jP  \r\n".utf8)), ("JPEG 2000", [0xFF, 0x4F, 0xFF, 0x51, 0]),
        ("JPEG 2000", brand("jp2 ")), ("JPEG XL", [0xFF, 0x0A, 0]), ("JPEG XL", [0, 0, 0, 12] + Array("JXL ".utf8)),
        ("JPEG XR", [0x49, 0x49, 0xBC, 1]), ("BigTIFF", [0x49, 0x49, 43, 0, 8, 0]), ("BigTIFF", [0x4D, 0x4D, 0, 43]),
        ("BMP", Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54]), ("ICO", [0, 0, 1, 0, 1, 0]),
        ("CUR", [0, 0, 2, 0, 1, 0]),
        ("Photoshop", Array("8BPS\0\u{1}".utf8)), ("PPM", Array("P6 2 2 255".utf8)), ("PGM", Array("P5 ".utf8)),
        ("PBM", Array("P4 ".utf8)), ("QOI", Array("qoif".utf8)), ("OpenEXR", [0x76, 0x2F, 0x31, 0x01]),
        ("Radiance", Array("#?RADIANCE\n".utf8)), ("FITS", Array("SIMPLE  =   T".utf8)),
        ("DICOM", [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)), ("DDS", Array("DDS |".utf8)),
        ("XCF", Array("gimp xcf v011".utf8)), ("DjVu", Array("AT&TFORM".utf8)), ("MNG", [0x8A, 0x4D, 0x4E, 0x47]),
        ("WMF", [0xD7, 0xCD, 0xC6, 0x9A]), ("EMF", [1] + [UInt8](repeating: 0, count: 39) + Array(" EMF".utf8)),
        ("AVCI", brand("avci")), ("HEIF", brand("mif1")),
        ("SVG", Array("<svg xmlns=''/>".utf8)), ("SVG", Array("<?xml version='1.0'?>\n<!-- made by -->\n<svg/>".utf8)),
        ("SVG", [0xEF, 0xBB, 0xBF] + Array("\n  <svg/>".utf8)), ("XML", Array("<?xml version='1.0'?><kml/>".utf8)),
        ("HTML", Array("<!DOCTYPE html><title>404</title>".utf8)), ("HTML", Array("\n<html lang=en>".utf8)),
        ("PDF", Array("%PDF-1.7".utf8)), ("PostScript", Array("%!PS-Adobe-3.0".utf8)),
        ("PostScript", [0xC5, 0xD0, 0xD3, 0xC6]), ("ZIP", Array("PK\u{3}\u{4}".utf8)), ("gzip", [0x1F, 0x8B, 8]),
        ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), ("RAR", Array("Rar!\u{1A}\u{7}\u{1}".utf8)),
        ("tar", [UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8)),
        ("video", brand("isom")), ("video", brand("mp42")), ("video", brand("qt  ")), ("video", brand("3gp4")),
        ("video", [0, 0, 0, 8] + Array("wide".utf8)), ("video", [0, 0, 1, 0] + Array("moov".utf8)),
        ("WebM", [0x1A, 0x45, 0xDF, 0xA3]), ("AVI", Array("RIFF\0\0\0\0AVI LIST".utf8)),
        ("WAV", Array("RIFF\0\0\0\0WAVEfmt ".utf8)), ("MPEG", [0, 0, 1, 0xBA]), ("Ogg", Array("OggS".utf8)),
    ]

    private static func brand(_ name: String) -> [UInt8] {
        [0, 0, 0, 24] + Array("ftyp\(name)\0\0\0\0\(name)\(name)".utf8)
    }

    @Test("is called by its name, and what to do is said", arguments: heads.indices)
    func named(_ index: Int) {
        let (word, bytes) = Self.heads[index]
        let error = refusal(bytes)

        #expect(error?.code == .unsupportedFormat, "\(word): \(String(describing: error))")
        #expect(error?.message.contains(word) == true, "\(word): \(error?.message ?? "")")
        #expect(error?.message.contains("Save it as one of them") == true)
    }

    @Test("is not told from a word that begins alike")
    func words() {
        for text in ["BMW", "a < b", "PNG", "%", "Program", "<b>bold</b> text"] {
            #expect(refusal(Array(text.utf8))?.code == .notAPicture, "\(text)")
        }
    }

    @Test("JPEG: lossless, hierarchical, of twelve bits, JPEG-LS")
    func jpeg() throws {
        let base = Quad.picture(32, 32).file(".jpg")
        let frame = try #require((2..<base.count).first { base[$0] == 0xFF && base[$0 + 1] == 0xC0 })
        for (marker, precision, word) in [
            (0xC3, 8, "lossless"), (0xCB, 8, "lossless"), (0xC5, 8, "hierarchical"), (0xCF, 8, "hierarchical"),
            (0xC1, 12, "12 bits"), (0xC0, 12, "12 bits"), (0xC2, 12, "12 bits"), (0xF7, 8, "JPEG-LS"),
        ] as [(UInt8, UInt8, String)] {
            var bytes = base
            bytes[frame + 1] = marker
            bytes[frame + 4] = precision
            let error = refusal(bytes)
            #expect(error?.code == .unsupportedFormat && error?.message.contains(word) == true, "\(word)")
        }
    }

    @Test("HEIF: pictures that are coded in another way", arguments: ["avc1", "jpeg", "j2k1", "vvc1", "unci"])
    func heif(_ coding: String) throws {
        var bytes = Quad.picture(32, 32).file(".heic")
        // An entry of the list of items: version, flags, number, protection, then the type.
        let entry = try #require((0..<bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual("infe".utf8) })
        let place = entry + 12
        #expect(bytes[place..<place + 4].elementsEqual("hvc1".utf8))
        bytes.replaceSubrange(place..<place + 4, with: coding.utf8)
        let error = refusal(bytes)
        #expect(error?.code == .unsupportedFormat, "\(String(describing: error))")
    }

    /// What makes a page of a TIFF one of these, and the word.
    private static let pages: [(word: String, change: @Sendable (inout TIFFFile) -> Void)] = [
        ("DNG", { $0.pages[0].entries[50_706] = (1, [1, 4, 0, 0]) }),
        ("camera raw", { $0.pages[0].entries[262] = (3, [32_803]) }),
        ("camera raw", { $0.pages[0].entries[262] = (3, [34_892]) }),
        (
            "NEF",
            { file in
                file.pages[0].entries[254] = (4, [1])
                file.pages[0].entries[271] = (2, Array("NIKON CORPORATION\0".utf8).map { Int($0) })
            }
        ),
        (
            "ARW",
            { file in
                file.pages[0].entries[271] = (2, Array("SONY\0".utf8).map { Int($0) })
                file.subPages = [.init(8, 8, samples: 1, photometric: 32_803)]
            }
        ),
        (
            "PEF",
            { file in
                file.pages[0].entries[271] = (2, Array("PENTAX\0".utf8).map { Int($0) })
                file.pages.append(.init(8, 8, samples: 1, photometric: 32_803))
            }
        ),
        ("camera raw", { $0.pages[0].entries[259] = (3, [34_713]) }),
        ("reduced-size", { $0.pages[0].entries[254] = (4, [1]) }),
        ("reduced-size", { $0.pages[0].entries[255] = (3, [2]) }),
        ("JPEG 2000", { $0.pages[0].entries[259] = (3, [34_712]) }),
        ("JPEG 2000", { $0.pages[0].entries[259] = (3, [33_005]) }),
        ("JPEG XL", { $0.pages[0].entries[259] = (3, [50_002]) }),
        ("JPEG XR", { $0.pages[0].entries[259] = (3, [34_934]) }),
        ("old-style JPEG", { $0.pages[0].entries[259] = (3, [6]) }),
        ("compression 12345", { $0.pages[0].entries[259] = (3, [12_345]) }),
        (
            "WebP",
            {
                $0.pages = [.init(8, 8, samples: 1, photometric: 1)]; $0.pages[0].entries[259] = (3, [50_001])
            }
        ),
        ("half float", { $0.pages = [.init(8, 8, bits: 16, format: 3)] }),
        ("64-bit floating", { $0.pages = [.init(8, 8, bits: 64, format: 3)] }),
        ("complex", { $0.pages = [.init(8, 8, bits: 32, format: 6)] }),
        ("12-bit", { $0.pages = [.init(8, 8, bits: 12)] }), ("10-bit", { $0.pages = [.init(8, 8, bits: 10)] }),
        ("24-bit", { $0.pages = [.init(8, 8, bits: 24)] }), ("64-bit", { $0.pages = [.init(8, 8, bits: 64)] }),
        (
            "YCbCr",
            {
                $0.pages = [.init(8, 8, photometric: 6)]; $0.pages[0].entries[530] = (3, [2, 2])
            }
        ),
        ("signed", { $0.pages = [.init(8, 8, format: 2)] }), ("inks", { $0.pages = [.init(8, 8, photometric: 5)] }),
        ("L*a*b*", { $0.pages = [.init(8, 8, photometric: 10)] }),
        ("interpretation 7", { $0.pages = [.init(8, 8, photometric: 7)] }),
    ]

    @Test("TIFF: camera raw, previews, and pixels in a way of their own", arguments: pages.indices)
    func tiff(_ index: Int) {
        let (word, change) = Self.pages[index]
        for isBig in [false, true] {
            var file = TIFFFile(.init(8, 8))
            file.isBig = isBig
            change(&file)
            let error = refusal(file.bytes)
            #expect(error?.code == .unsupportedFormat, "\(word): \(String(describing: error))")
            #expect(error?.message.contains(word) == true, "\(word): \(error?.message ?? "")")
        }
    }

    @Test(
        "is found before it is taken: every other kind of samples in a TIFF is decoded",
        arguments: [0, 1, 2, 3, 5, 6, 8, 9])
    func decodable(_ photometric: Int) throws {
        let usual = [0: 1, 1: 1, 3: 1, 5: 4][photometric] ?? 3
        var taken = 0
        for format in [1, 2, 3, 4, 6] {
            for bits in [1, 2, 4, 6, 8, 10, 12, 16, 24, 32, 64] {
                for samples in photometric == 3 ? [1] : [usual, usual + 1, usual + 2] {
                    guard photometric != 3 || bits <= 8 else { continue }
                    let page = TIFFFile.Page(
                        8, 6, bits: bits, samples: samples, photometric: photometric, format: format)
                    guard refusal(TIFFFile(page).bytes) == nil else { continue }
                    let file = try memoryFile(TIFFFile(page).bytes)
                    let name = "photometric \(photometric), \(samples) samples of \(bits) bits, format \(format)"
                    #expect(throws: Never.self, "\(name)") {
                        let opened = try Opened([file.descriptor], PictureLimits(), toleratesDamage: false)
                        _ = try opened.load().inMemory()
                    }
                    taken += 1
                }
            }
        }
        #expect(taken > 0 || [6, 9].contains(photometric))
    }
}
