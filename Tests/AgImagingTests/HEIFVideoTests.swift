import Testing

@testable import AgImaging

@Suite("A coded picture's own headers")
struct HEIFVideoTests {
    private func file(_ stream: AV1Stream, inBox: Bool = false) -> [UInt8] {
        let box = HEIFFile.Property(name: "av1C", body: [0x81, 0, 0, 0] + (inBox ? stream.bytes : []))
        let item = HEIFFile.Item(bytes: inBox ? [0x12, 0] : stream.bytes, properties: [box])
        return HEIFFile(items: [item]).bytes
    }

    private func file(_ stream: HEVCStream, inBox: Bool = true) -> [UInt8] {
        let plain = HEVCStream().configuration
        let box = HEIFFile.Property(name: "hvcC", body: inBox ? stream.configuration : plain)
        let item = HEIFFile.Item(kind: "hvc1", bytes: inBox ? [0, 0, 0, 1, 2] : stream.bytes, properties: [box])
        return HEIFFile(items: [item], brand: "heic").bytes
    }

    /// Everything that can stand before the size and the colours, and nothing of it; in the box and in the item.
    private var files: [(name: String, make: (Int, Int, (Int, Int)?) -> [UInt8])] {
        var files: [(String, (Int, Int, (Int, Int)?) -> [UInt8])] = []
        for isFull in [false, true] {
            for inBox in [false, true] {
                let name = "\(isFull ? "long" : "short"), in the \(inBox ? "box" : "item")"
                files.append(
                    (
                        "AV1, \(name)",
                        { file(AV1Stream(width: $0, height: $1, colors: $2, isReduced: !isFull), inBox: inBox) }
                    ))
                files.append(
                    (
                        "H.265, \(name)",
                        { file(HEVCStream(width: $0, height: $1, colors: $2, hasEverything: isFull), inBox: inBox) }
                    ))
            }
        }
        return files
    }

    @Test("are asked for the size, so that the container's word does not hide a large picture")
    func size() throws {
        for (name, make) in files {
            let bytes = make(16_384, 16_000, nil)
            let found = try structure(bytes)
            #expect(found.width == 16_384 && found.height == 16_000, "\(name): \(found.width)x\(found.height)")
            let error = #expect(throws: CodecError.self, "\(name)") {
                try PictureLimits().check(found, fileLength: bytes.count)
            }
            #expect(error?.code == .tooLarge && error?.message.contains("pixels") == true, "\(name)")
            let small = make(48, 40, nil)
            #expect(try structure(small).width == 64, "\(name): the container's size is the larger one")
        }
    }

    @Test("say how large a frame is that does not go by its sequence")
    func frame() throws {
        let lying = AV1Stream(width: 64, height: 64, isReduced: false, frame: (16_384, 16_000))
        let found = try structure(file(lying))
        #expect([found.width, found.height] == [16_384, 16_000])
    }

    @Test("count for every tile")
    func tiles() {
        let huge = AV1Stream(width: 12_000, height: 9_000)
        let tile = HEIFFile.Item(bytes: huge.bytes, properties: [.init(name: "av1C", body: [0x81, 0, 0, 0])])
        let bytes = HEIFFile(items: [HEIFFile.grid(1, 2, 128, 64, [2, 3]), tile, tile]).bytes
        let error = #expect(throws: CodecError.self) {
            try PictureLimits().check(try structure(bytes), fileLength: bytes.count)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("of real encoders are understood", arguments: [".avif[Q=60]", ".avif[Q=60,bitdepth=12]", ".heic[Q=60]"])
    func real(_ suffix: String) throws {
        for (width, height) in [(160, 120), (640, 200), (64, 64)] {
            let bytes = HEIFPatch.sized(Quad.picture(width, height).file(suffix), 8, 8)
            let found = try structure(bytes)
            // H.265 is coded in blocks.
            #expect(
                (width...width + 8).contains(found.width) && (height...height + 8).contains(found.height), "\(found)")
        }
    }

    @Test("say the colours where the container does not")
    func colors() throws {
        let p3 = ColorSignal(primaries: 12, transfer: 13)
        for (name, make) in files {
            #expect(try structure(make(64, 64, (12, 13))).signal == p3, "\(name)")
            #expect(try structure(make(64, 64, nil)).signal == nil, "\(name)")
            #expect(try structure(make(64, 64, (2, 2))).signal?.isSRGB != false, "\(name)")
        }
        var item = HEIFFile.Item(
            bytes: AV1Stream(colors: (12, 13)).bytes, properties: [.init(name: "av1C", body: [0x81, 0, 0, 0])])
        item.properties.append(.numbers(9, 16))
        let both = try structure(HEIFFile(items: [item]).bytes)
        #expect(
            both.signal == ColorSignal(primaries: 9, transfer: 16), "the container's word stands above the stream's")
    }

    @Test("that end early, are endless or lie are no headers")
    func broken() throws {
        for stream in [AV1Stream(colors: (12, 13)), AV1Stream(colors: (12, 13), isReduced: false)] {
            for length in 0..<stream.bytes.count {
                let box = HEIFFile.Property(name: "av1C", body: [0x81, 0, 0, 0])
                let item = HEIFFile.Item(bytes: Array(stream.bytes.prefix(length)), properties: [box])
                #expect(try structure(HEIFFile(items: [item]).bytes).width == 64)
            }
        }
        let set = HEVCStream(colors: (12, 13), hasEverything: true)
        for length in 24..<set.configuration.count {
            let box = HEIFFile.Property(name: "hvcC", body: Array(set.configuration.prefix(length)))
            let item = HEIFFile.Item(kind: "hvc1", properties: [box])
            #expect(try structure(HEIFFile(items: [item], brand: "heic").bytes).width == 64)
        }
        let many = HEIFFile.Item(bytes: Array(repeating: [0x12, 0], count: 2_000).flatMap { $0 })
        let error = #expect(throws: CodecError.self) { try structure(HEIFFile(items: [many]).bytes) }
        #expect(error?.code == .tooLarge)
    }
}

/// Colours that stand elsewhere than at the picture itself.
@Suite("A grid's colours", .timeLimit(.minutes(2)))
struct HEIFGridColorTests {
    /// The four quarters as tiles of one colour each.
    private func grid(_ suffix: String, _ words: [[HEIFFile.Property]], own: [HEIFFile.Property] = []) -> [UInt8] {
        let tiles = Quarters.colors.enumerated().map { index, color in
            let tile = Picture.drawn(64, 64) { _, _ in color.map { UInt8($0) } }
            var item = HEIFPatch.item(of: tile.file(suffix), 64, 64)
            item.properties += words[index % words.count]
            return item
        }
        var whole = HEIFFile.grid(2, 2, 128, 128, [2, 3, 4, 5])
        whole.properties = own
        return HEIFFile(items: [whole] + tiles, brand: suffix.hasPrefix(".heic") ? "heic" : "avif").bytes
    }

    private static let suffixes = [".avif[Q=95,subsample_mode=off]", ".heic[Q=95,subsample_mode=off]"]
    private static let p3 = HEIFFile.Property.profile(Profiles.p3)

    @Test("are those of its tiles where these agree", arguments: suffixes)
    func agreeing(_ suffix: String) async throws {
        try await Quarters.expect(grid(suffix, [[]]), Quarters.colors, "nothing said")
        try await Quarters.expect(grid(suffix, [[.numbers(12, 13)]]), Quarters.fromP3, "numbers")
        try await Quarters.expect(grid(suffix, [[Self.p3]]), Quarters.fromP3, "a profile")
        let spaced = HEIFFile.Property.profile(Profiles.p3 + [0])
        try await Quarters.expect(
            grid(suffix, [[Self.p3], [spaced]]), Quarters.colors, "profiles that are not the same")
        try await Quarters.expect(
            grid(suffix, [[.numbers(12, 13)], [.numbers(1, 13)]]), Quarters.colors, "numbers that are not the same")
        try await Quarters.expect(
            grid(suffix, [[.numbers(12, 13)], []]), Quarters.colors, "one tile of two says nothing")
    }

    @Test("stand above those of its tiles", arguments: suffixes)
    func own(_ suffix: String) async throws {
        let own = grid(suffix, [[.numbers(12, 13)]], own: [.numbers(1, 13)])
        try await Quarters.expect(own, Quarters.colors, "numbers above numbers")
        try await Quarters.expect(grid(suffix, [[Self.p3]], own: [.numbers(1, 13)]), Quarters.colors, "above a profile")
        try await Quarters.expect(grid(suffix, [[.numbers(1, 8)]], own: [Self.p3]), Quarters.fromP3, "a profile")
    }
}
