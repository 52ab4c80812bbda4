/// An item of an ISO container, as far as it tells what its decoding costs.
struct HEIFItem {
    /// Four letters, such as `hvc1` or `grid`.
    var kind = ""
    var sides = PictureSides()
    /// What its own bytes make of it, where it is coded: `sides` is only the container's word.
    var video = VideoHeader()
    /// What it is put together of, in the order of the file; the same item may be named more than once.
    var parts: [Int] = []
    var alphas: [Int] = []
    var canvas: HEIFCanvas?
}

struct PictureSides: Equatable {
    var width = 0
    var height = 0

    var pixels: Int64 { PictureStructure.product(width, Int64(height)) }
}

/// What the bytes of a `grid` or an `iovl` say: the size of what is put together, and the rows and columns of a grid.
struct HEIFCanvas {
    /// Of the bytes, no more matter.
    static let length = 18

    let sides: PictureSides
    var rows = 1
    var columns = 1

    init?(_ kind: String, _ bytes: [UInt8]) {
        guard ["grid", "iovl"].contains(kind), bytes.count >= 4 else { return nil }
        let width = bytes[1] & 1 == 0 ? 2 : 4
        // Rows and columns, or four numbers of a background.
        let start = kind == "grid" ? 4 : 10
        guard bytes.count >= start + 2 * width else { return nil }
        let numbers = [start, start + width].map { bytes[$0..<$0 + width].reduce(0) { $0 << 8 | Int($1) } }
        sides = PictureSides(width: numbers[0], height: numbers[1])
        guard kind == "grid" else { return }
        rows = Int(bytes[2]) + 1
        columns = Int(bytes[3]) + 1
    }
}
