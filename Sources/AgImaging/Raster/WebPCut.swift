/// Cuts the metadata chunks out of a WebP: libvips 8.14 writes an EXIF chunk of its own even into a bare picture.
enum WebPCut {
    /// Bits of VP8X that announce a profile, EXIF and XMP (RFC 9649, section 2.7.1).
    private static let announced: UInt8 = 0x20 | 0x08 | 0x04

    static func withoutMetadata(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        kept += bytes.prefix(12)
        var position = 12
        while position + 8 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[position + 4 + $1]) << (8 * $1) }
            let end = min(bytes.count, position + 8 + length + length % 2)
            append(bytes[position..<end], to: &kept)
            position = end
        }
        for index in 0..<4 { kept[4 + index] = UInt8(truncatingIfNeeded: (kept.count - 8) >> (8 * index)) }
        return kept
    }

    private static func append(_ chunk: ArraySlice<UInt8>, to kept: inout [UInt8]) {
        switch String(decoding: chunk.prefix(4), as: UTF8.self) {
        case "EXIF", "XMP ", "ICCP": return
        case "VP8X":
            let start = kept.count
            kept += chunk
            kept[start + 8] &= ~announced
        default: kept += chunk
        }
    }
}
