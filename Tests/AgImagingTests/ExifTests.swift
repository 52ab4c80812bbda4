import Testing

@testable import AgImaging

@Suite("The EXIF reader")
struct ExifTests {
    private func read(_ bytes: [UInt8]) -> PictureMetadata {
        bytes.withUnsafeBytes { ExifReader.read(ByteView($0)) }
    }

    private func full(isBig: Bool) -> ExifBlock {
        ExifBlock(
            isBig: isBig,
            main: [
                (0x010E, .text("A coin")), (0x010F, .text("Canon  ")), (0x0110, .text("EOS R5")),
                (0x0112, .short(6)), (0x0131, .text("v1.8")), (0x013B, .text("Ann")), (0x8298, .text("(c) Ann")),
            ],
            camera: [
                (0x829A, .ratios([(1, 250)])), (0x829D, .ratios([(28, 10)])), (0x8827, .short(400)),
                (0x9003, .text("2026:05:03 12:13:14")), (0x9011, .text("+02:00")),
                (0x9204, .raw(10, 1, 0)), (0x9209, .short(1)), (0x920A, .ratios([(50, 1)])), (0xA405, .short(75)),
                (0xA434, .text("RF50mm F1.2 L USM")),
            ],
            place: [
                (1, .text("S")), (2, .ratios([(33, 1), (51, 1), (3_540, 100)])), (3, .text("E")),
                (4, .ratios([(151, 1), (12, 1), (0, 1)])), (5, .byte(1)), (6, .ratios([(12, 4)])),
            ])
    }

    @Test("reads every field, in both byte orders", arguments: [false, true])
    func fields(_ isBig: Bool) throws {
        let found = read(full(isBig: isBig).bytes)

        #expect(found.make == "Canon" && found.model == "EOS R5" && found.lens == "RF50mm F1.2 L USM")
        #expect(found.software == "v1.8" && found.description == "A coin")
        #expect(found.artist == "Ann" && found.copyright == "(c) Ann")
        #expect(found.takenAt == "2026-05-03T12:13:14+02:00")
        #expect(found.exposure == 0.004 && found.aperture == 2.8 && found.iso == 400)
        #expect(found.focalLength == 50 && found.focalLength35mm == 75 && found.flashFired == true)
        #expect(found.orientation == 6)
        let place = try #require(found.place)
        #expect(abs(place.latitude + 33.8598333) < 0.0001 && abs(place.longitude - 151.2) < 0.0001)
        #expect(place.altitude == -3)
    }

    @Test("takes nothing for a time that is none")
    func times() {
        let cases: [(String, String?, String?)] = [
            ("2026:05:03 12:13:14", nil, "2026-05-03T12:13:14"), ("2026:05:03 12:13:14", "Z", "2026-05-03T12:13:14Z"),
            ("2026:05:03 12:13:14", "+2:00", "2026-05-03T12:13:14"), ("0000:00:00 00:00:00", nil, nil),
            ("    :  :     :  :  ", nil, nil), ("2026:13:03 12:13:14", nil, nil), ("2026:05:03 25:13:14", nil, nil),
            ("2026-05-03 12:13", nil, nil), ("", nil, nil), ("<script>alert(1)</script>", nil, nil),
        ]
        for (text, zone, expected) in cases { #expect(ExifReader.instant(text, zone: zone) == expected, "\(text)") }
    }

    @Test("survives offsets, counts and types that lie")
    func lies() {
        let huge = 0xFFFF_FFFF
        let entries: [(Int, ExifBlock.Value)] = [
            (0x010F, .raw(2, huge, 0)), (0x010F, .raw(2, 100, huge)), (0x0110, .raw(2, huge, huge)),
            (0x0112, .raw(3, huge, 6)), (0x0112, .raw(99, 1, 6)), (0x8769, .long(huge)), (0x8769, .long(8)),
            (0x8769, .long(0)), (0x8825, .long(8)), (0x829A, .raw(5, 1, huge)), (0x0112, .short(9)),
        ]
        for entry in entries {
            let found = read(ExifBlock(main: [entry]).bytes)
            #expect(found.make == nil && found.model == nil && found.exposure == nil && found.place == nil, "\(entry)")
        }
        #expect(read(ExifBlock.orientation(9).bytes).orientation == 1)
    }

    @Test("a division by zero and a place off the globe are no values")
    func impossible() {
        let block = ExifBlock(
            main: [(0x0112, .short(1))], camera: [(0x829A, .ratios([(1, 0)]))],
            place: [(1, .text("N")), (2, .ratios([(91, 1)])), (3, .text("E")), (4, .ratios([(1, 1)]))])
        let found = read(block.bytes)

        #expect(found.exposure == nil && found.place == nil)
    }

    @Test("signed degrees do not lead off the globe")
    func signedDegrees() {
        let block = ExifBlock(place: [
            (1, .text("N")), (2, .ratios([(1, 1)])), (3, .text("E")), (4, .signedRatios([(-6_308_233, 1)])),
        ])

        #expect(read(block.bytes).place == nil)
    }

    @Test("answers for every cut and every damaged byte")
    func damage() {
        let bytes = full(isBig: false).bytes
        for length in bytes.indices { _ = read(Array(bytes.prefix(length))) }
        for index in bytes.indices {
            for value: UInt8 in [0, 0x7F, 0x80, 0xFF] {
                var damaged = bytes
                damaged[index] = value
                let found = read(damaged)
                #expect(1...8 ~= found.orientation)
                #expect((found.make ?? "").utf8.count <= 2_048)
            }
        }
    }

    @Test("text comes without control characters and not endless")
    func text() {
        let block = ExifBlock(main: [
            (0x010F, .text("Ca\u{1B}[31mnon\n")), (0x0110, .text(String(repeating: "x", count: 9_000))),
        ])
        let found = read(block.bytes)

        #expect(found.make == "Ca[31mnon")
        #expect(found.model?.count == 512)
    }

    @Test("no block, no notes")
    func nothing() {
        #expect(ExifReader.read(nil) == PictureMetadata())
        #expect(read([]) == PictureMetadata())
        #expect(read(Array("garbage that is no TIFF".utf8)) == PictureMetadata())
    }
}
