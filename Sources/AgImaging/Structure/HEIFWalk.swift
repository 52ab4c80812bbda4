/// Walks the boxes of an AVIF or HEIC file (ISO/IEC 14496-12 and 23008-12) and the items they describe.
enum HEIFWalk {
    static func read(_ file: ByteView, _ format: PictureFormat) throws(CodecError) -> PictureStructure {
        var found = PictureStructure(format)
        var meta: HEIFMeta?
        var isVideo = false
        // What phones and programs put behind the last box of the picture is no box, or one for themselves.
        var end = 0
        _ = walk(file, 0..<file.count) { name, body in
            if name == "meta", meta == nil { meta = HEIFMeta(file, body) }
            if name == "moov" { isVideo = true }
            if ["ftyp", "meta", "mdat"].contains(name) { end = body.upperBound }
        }
        guard let meta else {
            if isVideo { throw KnownRefusal.error("An image sequence without a still picture") }
            return found
        }
        if let kind = meta.refusedKind { throw KnownRefusal.error(kind) }
        try meta.describe(&found)
        found.isComplete = meta.isWhole && found.width > 0
        found.shown.range = 0..<max(end, meta.end)
        return found
    }

    /// Real files have a few dozen on a level; a list of millions is made to eat memory.
    private static let mostBoxes = 10_000

    /// Calls `visit` with each box's name and body; whether the boxes fill the range exactly.
    static func walk(
        _ file: ByteView, _ range: Range<Int>, most: Int = mostBoxes, _ visit: (String, Range<Int>) -> Void
    ) -> Bool {
        var position = range.lowerBound
        var count = 0
        while position < range.upperBound {
            count += 1
            guard count <= min(most, mostBoxes), let box = HEIFBox(file, at: position, limit: range.upperBound) else {
                return false
            }
            visit(box.name, box.body)
            position = box.body.upperBound
        }
        return position == range.upperBound
    }
}
