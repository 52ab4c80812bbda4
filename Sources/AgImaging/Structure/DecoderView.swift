/// What a decoder is given of a file: a stretch of it, in which some bytes are others.
///
/// Whatever the product does not read (camera notes, texts, further frames and pages, bytes behind the end) would cost
/// the decoder time and memory, and could make it refuse a picture that is whole. So it is hidden, without a copy of the
/// file: names of parts become names that no decoder knows, lists get shorter.
struct DecoderView: Equatable {
    struct Patch: Equatable {
        let offset: Int
        let byte: UInt8
    }

    /// In the order in which they are to be made.
    private(set) var patches: [Patch] = []
    /// `nil` is the whole file.
    var range: Range<Int>?

    /// Real files have a few dozen notes; hundreds of thousands are made to eat memory.
    private static let mostPatches = 400_000

    /// Changes bytes from `offset` on. Throws `tooLarge` when there are more parts to hide than any honest file has.
    mutating func put(_ bytes: [UInt8], at offset: Int) throws(CodecError) {
        guard patches.count + bytes.count <= Self.mostPatches else {
            throw CodecError(.tooLarge, "The picture has more than \(Self.mostPatches) notes and texts.")
        }
        for (index, byte) in bytes.enumerated() { patches.append(Patch(offset: offset + index, byte: byte)) }
    }
}
