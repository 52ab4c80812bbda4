/// The processes of JPEG that exist on paper and in cameras, but not in libjpeg.
enum JPEGKind {
    /// The name of a kind that no decoder of ours reads, by the marker of its frame header; `nil` for what is read.
    static func refused(_ marker: UInt8, precision: UInt8?) -> String? {
        switch marker {
        case 0xC0...0xC2, 0xC9, 0xCA:
            guard let precision, precision != 8 else { return nil }
            return "A JPEG of \(precision) bits per sample"
        case 0xC3, 0xCB: return "A lossless JPEG"
        case 0xC5...0xC7, 0xCD...0xCF, 0xDE, 0xDF: return "A hierarchical JPEG"
        case 0xF7, 0xF8: return "JPEG-LS"
        default: return nil
        }
    }
}
