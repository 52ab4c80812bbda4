import AgBase
import AgTesting
import Testing

@testable import AgCrypto

@Suite("A sealed blob")
struct SealedBlobTests {
    private static let chunk = SealedBlobLayout.chunkByteCount
    private static let lengths = [0, 1, 16, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1, 3 * chunk + 777]

    @Test("reads as what was written, whole and in any stretch, however it was cut", arguments: lengths)
    func roundTrip(_ length: Int) throws {
        let content = SealedBlob.content(length)
        let blob = SealedBlob.make(content, pieces: 50_000)
        #expect(blob.bytes.count == Int(SealedBlobLayout(contentLength: Int64(length)).sealedLength))
        let reader = try blob.reader()
        #expect(reader.contentLength == Int64(length))
        #expect(try blob.read(0..<Int64(length)) == content)
        let edges = [0, 1, Self.chunk - 1, Self.chunk, Self.chunk + 1, 2 * Self.chunk, length - 1, length]
        let places = edges.filter { 0...length ~= $0 }
        for from in places {
            for to in places where to >= from {
                #expect(try blob.read(Int64(from)..<Int64(to)) == Array(content[from..<to]), "\(from) to \(to)")
            }
        }
    }

    @Test("has one length for each length of content, and no others")
    func layout() throws {
        for length in Self.lengths.map(Int64.init) + [SealedBlobLayout.longestContent] {
            let layout = SealedBlobLayout(contentLength: length)
            #expect(try SealedBlobLayout(sealedLength: layout.sealedLength) == layout)
        }
        let chunk = Int64(SealedBlobLayout.sealedChunkByteCount)
        let most = SealedBlobLayout(contentLength: SealedBlobLayout.longestContent).sealedLength
        for length in [0, 47, 48, 63, -1, Int64.min, 48 + chunk + 1, 48 + chunk + 16, most + 1, most + 17, Int64.max] {
            #expect(throws: SealError.wrongLength, "\(length)") { try SealedBlobLayout(sealedLength: length) }
        }
    }

    @Test("is refused at once when it was cut short or made longer, at a chunk's border too")
    func truncated() throws {
        let blob = SealedBlob.make(SealedBlob.content(3 * Self.chunk + 100))
        let sealedChunk = SealedBlobLayout.sealedChunkByteCount
        for count in [1, 16, 17, 115, 116, 117, 116 + sealedChunk, 116 + 2 * sealedChunk] {
            let cut = SealedBlob(blob, bytes: Array(blob.bytes.dropLast(count)))
            #expect(throws: SealError.self, "cut by \(count)") { try cut.reader() }
        }
        for extra in [1, 16, 17, sealedChunk, sealedChunk + 16] {
            let longer = SealedBlob(blob, bytes: blob.bytes + [UInt8](repeating: 0, count: extra))
            #expect(throws: SealError.self, "longer by \(extra)") { try longer.reader() }
        }
        let doubled = SealedBlob(blob, bytes: blob.bytes + blob.bytes.suffix(116))
        #expect(throws: SealError.self) { try doubled.reader() }
    }

    @Test(
        "is refused where its chunks were swapped, doubled or taken from another blob, and no byte of it is handed out")
    func reordered() throws {
        let content = SealedBlob.content(3 * Self.chunk)
        let blob = SealedBlob.make(content)
        let other = SealedBlob.make(content)
        for (place, source) in [(0, blob.chunk(1)), (1, blob.chunk(0)), (1, other.chunk(1)), (0, blob.chunk(2))] {
            let mixed = SealedBlob(blob, bytes: blob.replacing(place, with: source))
            let stretch = Int64(place * Self.chunk)..<Int64((place + 1) * Self.chunk)
            try mixed.expectRefusal(of: stretch)
            try mixed.expectRefusal(of: 0..<Int64(content.count))
        }
    }

    @Test("is refused where a bit is another, and reads as before elsewhere")
    func flipped() throws {
        let content = SealedBlob.content(2 * Self.chunk + 50)
        let blob = SealedBlob.make(content)
        var bytes = blob.bytes
        bytes[48 + SealedBlobLayout.sealedChunkByteCount + 5] ^= 0x80
        let changed = SealedBlob(blob, bytes: bytes)
        try changed.expectRefusal(of: Int64(Self.chunk)..<Int64(Self.chunk + 1))
        try changed.expectRefusal(of: 0..<Int64(Self.chunk + 1))
        #expect(try changed.read(0..<Int64(Self.chunk)) == Array(content[..<Self.chunk]))
    }

    @Test("is refused when any byte of its header is another", arguments: 0..<SealedBlobLayout.headerByteCount)
    func header(_ place: Int) {
        let blob = SealedBlob.make([1, 2, 3])
        var bytes = blob.bytes
        bytes[place] ^= 1
        let expected: SealError = place < 8 ? .notSealed : place == 8 ? .unknownVersion(0) : .notAuthentic
        #expect(throws: expected) { try SealedBlob(blob, bytes: bytes).reader() }
    }

    @Test("opens for what it is and with its own key alone")
    func bound() {
        let blob = SealedBlob.make([1, 2, 3])
        #expect(throws: SealError.notAuthentic) { try SealedBlob(blob, binding: Array("original/2".utf8)).reader() }
        #expect(throws: SealError.notAuthentic) { try SealedBlob(blob, key: .random(32)).reader() }
    }

    @Test("hands on what its source throws, and leaves zeros")
    func source() throws {
        struct Gone: Error {}
        let blob = SealedBlob.make(SealedBlob.content(3 * Self.chunk))
        let reader = try blob.reader()
        var out = [UInt8](repeating: 0xEE, count: 2 * Self.chunk)
        #expect(throws: Gone.self) {
            try out.withMutableBytes { out in
                try reader.read(0..<Int64(2 * Self.chunk), into: &out) { offset, target in
                    if offset > 48 { throw Gone() }
                    try blob.source(offset, &target)
                }
            }
        }
        #expect(out.allSatisfy { $0 == 0 })
    }

    @Test("gives the same bytes of the same length whatever the pieces, but for its key and salt")
    func pieces() throws {
        let content = SealedBlob.content(Self.chunk * 2 + 3)
        for size in [1_000, Self.chunk, Self.chunk + 1, content.count] {
            #expect(try SealedBlob.make(content, pieces: size).read(0..<Int64(content.count)) == content)
        }
    }
}

/// A blob in memory with what opens it.
struct SealedBlob {
    var bytes: [UInt8]
    var key: SecretBytes
    var binding: [UInt8]

    static func content(_ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }
    }

    static func make(_ content: [UInt8], pieces: Int = 100_000, binding: String = "original/1") -> SealedBlob {
        var writer = SealedBlobWriter(boundTo: Array(binding.utf8))
        let key = writer.contentKey
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: content.count, by: pieces) {
            let piece = Array(content[start..<min(start + pieces, content.count)])
            writer.write(piece.span.bytes) { bytes.append(copying: $0) }
        }
        writer.finish { bytes.append(copying: $0) }
        return SealedBlob(bytes: bytes, key: key, binding: Array(binding.utf8))
    }

    init(bytes: [UInt8], key: SecretBytes, binding: [UInt8]) {
        (self.bytes, self.key, self.binding) = (bytes, key, binding)
    }

    init(_ other: SealedBlob, bytes: [UInt8]? = nil, key: SecretBytes? = nil, binding: [UInt8]? = nil) {
        self.init(bytes: bytes ?? other.bytes, key: key ?? other.key, binding: binding ?? other.binding)
    }

    func reader() throws -> SealedBlobReader {
        try SealedBlobReader(sealedLength: Int64(bytes.count), contentKey: key, boundTo: binding, source: source)
    }

    func source(_ offset: Int64, _ target: inout MutableRawSpan) throws {
        for index in 0..<target.byteCount {
            target.storeBytes(of: bytes[Int(offset) + index], toByteOffset: index, as: UInt8.self)
        }
    }

    func read(_ stretch: Range<Int64>) throws -> [UInt8] {
        let reader = try reader()
        var out = [UInt8](repeating: 0xEE, count: stretch.count)
        try out.withMutableBytes { out in try reader.read(stretch, into: &out, source: source) }
        return out
    }

    func expectRefusal(of stretch: Range<Int64>, _ place: SourceLocation = #_sourceLocation) throws {
        let reader = try reader()
        var out = [UInt8](repeating: 0xEE, count: stretch.count)
        #expect(throws: SealError.notAuthentic, sourceLocation: place) {
            try out.withMutableBytes { out in try reader.read(stretch, into: &out, source: source) }
        }
        #expect(out.allSatisfy { $0 == 0 }, sourceLocation: place)
    }

    func chunk(_ number: Int) -> [UInt8] {
        let start = SealedBlobLayout.headerByteCount + number * SealedBlobLayout.sealedChunkByteCount
        return Array(bytes[start..<start + SealedBlobLayout.sealedChunkByteCount])
    }

    func replacing(_ number: Int, with chunk: [UInt8]) -> [UInt8] {
        let start = SealedBlobLayout.headerByteCount + number * SealedBlobLayout.sealedChunkByteCount
        return bytes[..<start] + chunk + bytes[(start + chunk.count)...]
    }

    /// As the format says, computed apart from the reader.
    func keysAndNonces() throws -> [(key: [UInt8], nonce: [UInt8])] {
        let derived = HKDF.derive(
            from: key, salt: Array(bytes[16..<48]), info: Array("argentum sealed blob".utf8) + bytes[..<16] + binding,
            byteCount: 39
        ).bytes
        let count = try reader().layout.chunkCount
        return (0..<count).map { number in
            let counter = (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * Int64($0))) }
            return (Array(derived[..<32]), Array(derived[32...]) + counter + [number == count - 1 ? 1 : 0])
        }
    }
}
