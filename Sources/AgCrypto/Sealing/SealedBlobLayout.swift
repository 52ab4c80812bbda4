/// Where the chunks of a sealed blob lie: numbers alone, no key.
///
/// Format: docs/formats/sealed-blobs.md, “Chunks”.
package struct SealedBlobLayout: Sendable, Hashable {
    package static let headerByteCount = 48
    /// Of the content, in every chunk but the last one.
    package static let chunkByteCount = 65_536
    package static let sealedChunkByteCount = chunkByteCount + AES256GCM.tagByteCount
    /// The number of a chunk has 32 bits.
    package static let longestContent = Int64(chunkByteCount) << 32

    package let contentLength: Int64
    package let chunkCount: Int64

    /// - Precondition: 0 to 256 TiB.
    package init(contentLength: Int64) {
        precondition(0...Self.longestContent ~= contentLength, "A blob of \(contentLength) bytes cannot be sealed.")
        self.contentLength = contentLength
        // An empty content has one chunk too: something must say that this is the end.
        chunkCount = max(1, (contentLength + Int64(Self.chunkByteCount) - 1) / Int64(Self.chunkByteCount))
    }

    /// Throws `wrongLength` when no content has a sealed form of this length.
    package init(sealedLength: Int64) throws(SealError) {
        let bounds = Self(contentLength: 0).sealedLength...Self(contentLength: Self.longestContent).sealedLength
        guard bounds ~= sealedLength else { throw .wrongLength }
        let body = sealedLength - Int64(Self.headerByteCount)
        let sealedChunk = Int64(Self.sealedChunkByteCount)
        let count = (body + sealedChunk - 1) / sealedChunk
        let content = body - count * Int64(AES256GCM.tagByteCount)
        guard content >= 0 else { throw .wrongLength }
        self.init(contentLength: content)
        guard chunkCount == count else { throw .wrongLength }
    }

    package var sealedLength: Int64 {
        Int64(Self.headerByteCount) + contentLength + chunkCount * Int64(AES256GCM.tagByteCount)
    }

    /// The bytes of the content that are in a chunk.
    func content(of chunk: Int64) -> Range<Int64> {
        let start = chunk * Int64(Self.chunkByteCount)
        return start..<min(start + Int64(Self.chunkByteCount), contentLength)
    }

    /// The bytes of the sealed form in which a chunk and its tag lie.
    func sealed(of chunk: Int64) -> Range<Int64> {
        let start = Int64(Self.headerByteCount) + chunk * Int64(Self.sealedChunkByteCount)
        let content = content(of: chunk)
        return start..<start + (content.upperBound - content.lowerBound) + Int64(AES256GCM.tagByteCount)
    }

    /// The chunks in which a stretch of the content lies.
    /// - Precondition: the stretch is not empty and lies in the content.
    func chunks(of stretch: Range<Int64>) -> ClosedRange<Int64> {
        let size = Int64(Self.chunkByteCount)
        return stretch.lowerBound / size...(stretch.upperBound - 1) / size
    }
}

/// The first 48 bytes, and the key of the chunks.
struct SealedBlobKey: Sendable {
    static let magic = Array("AGSEALED".utf8)
    static let version: UInt8 = 1
    private static let saltByteCount = 32
    private static let prefixByteCount = 7

    private let key: SecretBytes
    private let noncePrefix: [UInt8]

    static func freshHeader() -> [UInt8] {
        magic + [version, 16] + [UInt8](repeating: 0, count: 6) + RandomBytes.make(saltByteCount)
    }

    /// Both the header and what the blob is bound to go into the key: a change of either changes every chunk's tag.
    init(reading header: [UInt8], contentKey: SecretBytes, boundTo binding: [UInt8]) throws(SealError) {
        guard header.count == SealedBlobLayout.headerByteCount else { throw .wrongLength }
        guard header.starts(with: Self.magic) else { throw .notSealed }
        guard header[8] == Self.version else { throw .unknownVersion(header[8]) }
        let fixed = header.prefix(16)
        guard fixed[9] == 16, fixed[10...].allSatisfy({ $0 == 0 }) else { throw .notAuthentic }
        self.init(header: header, contentKey: contentKey, boundTo: binding)
    }

    /// With a header of our own.
    init(header: [UInt8], contentKey: SecretBytes, boundTo binding: [UInt8]) {
        let derived = HKDF.derive(
            from: contentKey, salt: Array(header.suffix(Self.saltByteCount)),
            info: Array("argentum sealed blob".utf8) + header.prefix(16) + binding,
            byteCount: AES256GCM.keyByteCount + Self.prefixByteCount)
        (key, noncePrefix) = derived.reveal { derived in
            let prefix = derived.extracting(last: Self.prefixByteCount)
            return (SecretBytes(copying: derived.extracting(first: AES256GCM.keyByteCount)), Array(copying: prefix))
        }
    }

    func seal(_ chunk: RawSpan, number: Int64, isLast: Bool, into out: inout MutableRawSpan) {
        let tag = AES256GCM.seal(chunk, key: key, nonce: nonce(number, isLast), boundTo: [], into: &out)
        out.copy(tag, at: chunk.byteCount)
    }

    /// Throws `notAuthentic`, and leaves zeros.
    func open(_ sealed: RawSpan, number: Int64, isLast: Bool, into out: inout MutableRawSpan) throws(SealError) {
        let length = sealed.byteCount - AES256GCM.tagByteCount
        try AES256GCM.open(
            sealed.extracting(first: length), tag: Array(copying: sealed.extracting(last: AES256GCM.tagByteCount)),
            key: key, nonce: nonce(number, isLast), into: &out)
    }

    /// Number and end are in the nonce: a chunk at another place, or made the last one, does not open.
    private func nonce(_ number: Int64, _ isLast: Bool) -> [UInt8] {
        noncePrefix + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * Int64($0))) } + [isLast ? 1 : 0]
    }
}
