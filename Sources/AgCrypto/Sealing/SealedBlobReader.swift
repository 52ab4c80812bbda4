/// Opens any stretch of a sealed blob, and hands out no byte that was not authenticated.
///
/// Its length is authentic from the begin: making a reader opens the last chunk, which alone carries the mark of the end.
package struct SealedBlobReader: Sendable {
    /// Fills the span with the sealed bytes from an offset on, or throws: a file, a mapping, an object in a store.
    package typealias Source = (_ offset: Int64, _ into: inout MutableRawSpan) throws -> Void

    package let layout: SealedBlobLayout
    private let key: SealedBlobKey

    /// - Parameter sealedLength: Of the file, as the system tells.
    /// - Throws: `SealError`, and whatever `source` throws.
    package init(
        sealedLength: Int64, contentKey: SecretBytes, boundTo binding: [UInt8], source: Source
    ) throws {
        layout = try SealedBlobLayout(sealedLength: sealedLength)
        var header = [UInt8](repeating: 0, count: SealedBlobLayout.headerByteCount)
        try Self.fill(&header, from: 0, source)
        key = try SealedBlobKey(reading: header, contentKey: contentKey, boundTo: binding)
        var scratch = Scratch()
        try open(layout.chunkCount - 1, &scratch, source)
    }

    package var contentLength: Int64 { layout.contentLength }

    /// Writes the stretch of the content to the begin of `out`. When it throws, `out` holds zeros.
    ///
    /// - Precondition: the stretch lies in the content, and fits `out`.
    /// - Throws: `SealError.notAuthentic` when a chunk is not what was sealed at this place, and whatever `source` throws.
    package func read(_ stretch: Range<Int64>, into out: inout MutableRawSpan, source: Source) throws {
        precondition(
            stretch.lowerBound >= 0 && stretch.upperBound <= contentLength && stretch.count <= out.byteCount,
            "The stretch \(stretch) does not lie in \(contentLength) bytes, or does not fit.")
        guard !stretch.isEmpty else { return }
        var scratch = Scratch()
        do {
            for chunk in layout.chunks(of: stretch) {
                try open(chunk, &scratch, source)
                let content = layout.content(of: chunk)
                let part = content.clamped(to: stretch)
                let from = Int(part.lowerBound - content.lowerBound)
                out.copy(
                    unsafe scratch.content.span.bytes.extracting(from..<from + part.count),
                    at: Int(part.lowerBound - stretch.lowerBound))
            }
        } catch {
            out.wipe()
            throw error
        }
    }

    /// A chunk as it lies there, and as it was.
    private struct Scratch {
        var sealed: [UInt8] = []
        var content = [UInt8](repeating: 0, count: SealedBlobLayout.chunkByteCount)
    }

    private func open(_ chunk: Int64, _ scratch: inout Scratch, _ source: Source) throws {
        let place = layout.sealed(of: chunk)
        if scratch.sealed.count != place.count { scratch.sealed = [UInt8](repeating: 0, count: place.count) }
        try Self.fill(&scratch.sealed, from: place.lowerBound, source)
        try open(chunk, scratch.sealed, into: &scratch.content)
    }

    private func open(_ chunk: Int64, _ sealed: [UInt8], into content: inout [UInt8]) throws(SealError) {
        try content.withMutableBytes { (out: inout MutableRawSpan) throws(SealError) in
            try key.open(
                unsafe sealed.span.bytes, number: chunk, isLast: chunk == layout.chunkCount - 1, into: &out)
        }
    }

    private static func fill(_ bytes: inout [UInt8], from offset: Int64, _ source: Source) throws {
        try bytes.withMutableBytes { try source(offset, &$0) }
    }
}
