/// Walks the blocks of a GIF to its trailer (GIF89a specification, appendix A).
struct GIFWalk {
    private let file: ByteView
    private var position = 13
    private var found = PictureStructure(.gif)
    private var frames = 0
    private var area: Int64 = 0

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = GIFWalk(file: file)
        walk.readScreen()
        while try walk.step() {}
        walk.found.frames = max(1, walk.frames)
        walk.found.animationPixels = walk.frames > 1 ? walk.area : 0
        return walk.found
    }

    private init(file: ByteView) {
        self.file = file
    }

    private mutating func readScreen() {
        found.width = file.number(at: 6, 2, .little) ?? 0
        found.height = file.number(at: 8, 2, .little) ?? 0
        position += Self.tableLength(file[10])
    }

    /// Bytes of a colour table that a packed field announces.
    private static func tableLength(_ packed: UInt8?) -> Int {
        guard let packed, packed & 0x80 != 0 else { return 0 }
        return 3 << (Int(packed & 7) + 1)
    }

    /// Reads one block; `false` at the trailer or where the file ends.
    private mutating func step() throws(CodecError) -> Bool {
        switch file[position] {
        case 0x3B:
            found.isComplete = frames > 0
            return false
        case 0x21: return skipSubBlocks(from: position + 2)
        case 0x2C: return readFrame()
        case nil: return false
        default: throw CodecError(.damaged, "The GIF has no block at byte \(position).")
        }
    }

    private mutating func readFrame() -> Bool {
        guard let left = file.number(at: position + 1, 2, .little),
            let top = file.number(at: position + 3, 2, .little),
            let width = file.number(at: position + 5, 2, .little),
            let height = file.number(at: position + 7, 2, .little), let packed = file[position + 9]
        else { return false }
        frames += 1
        area += Int64(width) * Int64(height)
        // libnsgif grows the screen to hold a first frame that is larger.
        if frames == 1 {
            found.width = max(found.width, left + width)
            found.height = max(found.height, top + height)
        }
        // The byte after the colour table is the code size.
        return skipSubBlocks(from: position + 10 + Self.tableLength(packed) + 1)
    }

    private mutating func skipSubBlocks(from start: Int) -> Bool {
        position = start
        while let length = file[position] {
            position += 1 + Int(length)
            if length == 0 { return true }
        }
        return false
    }
}
