/// Walks the blocks of a GIF to its trailer (GIF89a specification, appendix A), as forgiving as browsers.
struct GIFWalk {
    private let file: ByteView
    private var position = 13
    private var found = PictureStructure(.gif)
    private var frames = 0
    private var first = GIFStill()

    static func read(_ file: ByteView) throws(CodecError) -> PictureStructure {
        var walk = GIFWalk(file: file)
        walk.readScreen()
        while try walk.step() {}
        walk.found.frames = max(1, walk.frames)
        try walk.first.show(in: &walk.found.shown, of: file)
        return walk.found
    }

    private init(file: ByteView) {
        self.file = file
    }

    private mutating func readScreen() {
        found.width = file.number(at: 6, 2, .little) ?? 0
        found.height = file.number(at: 8, 2, .little) ?? 0
        position += Self.tableLength(file[10])
        first.head = 0..<position
    }

    /// Bytes of a colour table that a packed field announces.
    private static func tableLength(_ packed: UInt8?) -> Int {
        guard let packed, packed & 0x80 != 0 else { return 0 }
        return 3 << (Int(packed & 7) + 1)
    }

    /// Reads one block; `false` at the trailer or where the file ends. Zero bytes between blocks are what is left of ends
    /// that a writer wrote twice. A byte that begins no block is the end, as is the end of the file between two blocks.
    private mutating func step() throws(CodecError) -> Bool {
        switch file[position] {
        case 0x21: return readExtension()
        case 0x2C: return readFrame()
        case 0:
            position += 1
            return true
        case 0x3B, nil: break
        default:
            guard frames > 0 else { throw CodecError(.damaged, "The GIF has no block at byte \(position).") }
        }
        found.isComplete = frames > 0
        return false
    }

    private mutating func readExtension() -> Bool {
        let start = position
        let isControl = file[start + 1] == 0xF9
        guard skipSubBlocks(from: start + 2) else { return false }
        if isControl, frames == 0 { first.control = start..<position }
        return true
    }

    private mutating func readFrame() -> Bool {
        let start = position
        guard let left = file.number(at: position + 1, 2, .little),
            let top = file.number(at: position + 3, 2, .little),
            let width = file.number(at: position + 5, 2, .little),
            let height = file.number(at: position + 7, 2, .little), let packed = file[position + 9]
        else { return false }
        // libnsgif grows the screen to hold a first frame that is larger.
        if frames == 0 {
            found.frame = PictureFrame(left: left, top: top, width: width, height: height)
            found.width = max(found.width, left + width)
            found.height = max(found.height, top + height)
        }
        // The byte after the colour table is the code size.
        guard skipSubBlocks(from: position + 10 + Self.tableLength(packed) + 1) else { return false }
        if frames == 0 { first.frame = start..<position }
        frames += 1
        return true
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
