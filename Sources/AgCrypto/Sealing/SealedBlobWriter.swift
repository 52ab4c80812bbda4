/// Seals a content of any length while it arrives, with a key that is made for it.
///
/// One chunk is held back until more comes: only then it is known not to be the last one.
package struct SealedBlobWriter: ~Copyable {
    /// Made for this content; to be wrapped and stored.
    package let contentKey: SecretBytes
    /// How many bytes of the content were written.
    package private(set) var contentLength: Int64 = 0

    private let header: [UInt8]
    private let key: SealedBlobKey
    private var held: [UInt8] = []
    private var out = [UInt8](repeating: 0, count: SealedBlobLayout.sealedChunkByteCount)
    private var number: Int64 = 0

    /// - Parameter binding: What the blob is. It opens for nothing else.
    /// - Precondition: what it is bound to has at most 512 bytes.
    package init(boundTo binding: [UInt8]) {
        contentKey = .random(AES256GCM.keyByteCount)
        header = SealedBlobKey.freshHeader()
        key = SealedBlobKey(header: header, contentKey: contentKey, boundTo: binding)
        held.reserveCapacity(SealedBlobLayout.chunkByteCount)
    }

    /// Gives what is sealed by now to `sink`, in order. The span is good for the call alone.
    package mutating func write<Failure: Error>(
        _ bytes: RawSpan, to sink: (RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        contentLength += Int64(bytes.byteCount)
        precondition(contentLength <= SealedBlobLayout.longestContent, "The blob grew beyond 256 TiB.")
        var place = 0
        while place < bytes.byteCount {
            if held.count == SealedBlobLayout.chunkByteCount { try flush(isLast: false, to: sink) }
            let step = min(bytes.byteCount - place, SealedBlobLayout.chunkByteCount - held.count)
            held.append(copying: bytes.extracting(place..<place + step))
            place += step
        }
    }

    /// The rest, with the mark of the end.
    package consuming func finish<Failure: Error>(to sink: (RawSpan) throws(Failure) -> Void) throws(Failure) {
        try flush(isLast: true, to: sink)
    }

    private mutating func flush<Failure: Error>(
        isLast: Bool, to sink: (RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        if number == 0 { try sink(unsafe header.span.bytes) }
        Self.seal(held, key, number, isLast, into: &out)
        try sink(unsafe out.span.bytes.extracting(first: held.count + AES256GCM.tagByteCount))
        number += 1
        held.removeAll(keepingCapacity: true)
    }

    private static func seal(
        _ chunk: [UInt8], _ key: SealedBlobKey, _ number: Int64, _ isLast: Bool, into out: inout [UInt8]
    ) {
        out.withMutableBytes { key.seal(unsafe chunk.span.bytes, number: number, isLast: isLast, into: &$0) }
    }
}
