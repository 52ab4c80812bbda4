/// The parts of a GIF that its first frame needs.
struct GIFStill {
    /// Signature, screen and the common colour table.
    var head = 0..<0
    /// The graphic control extension that speaks of the first frame.
    var control: Range<Int>?
    var frame: Range<Int>?

    /// A graphic control extension has four bytes of values; what is longer is none.
    private static let controlLength = 8

    /// Shows the decoder a still picture: head and control extension are put directly before the frame, in place of the
    /// comments and other blocks there, and a trailer behind it, in place of the next block.
    func show(in view: inout DecoderView, of file: ByteView) throws(CodecError) {
        guard let frame else { return }
        var lead = file.copy(at: head.lowerBound, head.count)
        if let control, control.count == Self.controlLength { lead += file.copy(at: control.lowerBound, control.count) }
        let start = frame.lowerBound - lead.count
        guard start >= 0 else { return }
        if start > 0 { try view.put(lead, at: start) }
        // Where the file ends with the frame there is no place for a trailer, and nothing behind it to hide.
        let end = min(frame.upperBound + 1, file.count)
        if end > frame.upperBound { try view.put([0x3B], at: frame.upperBound) }
        view.range = start..<end
    }
}
