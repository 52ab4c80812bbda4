/// A part of a picture, in pixels.
struct PictureFrame: Equatable {
    var left: Int
    var top: Int
    var width: Int
    var height: Int

    /// What lies within a picture of this size; `nil` when that is nothing.
    func cut(toWidth most: Int, height lowest: Int) -> PictureFrame? {
        let cut = PictureFrame(
            left: left, top: top, width: min(width, most - left), height: min(height, lowest - top))
        return cut.width > 0 && cut.height > 0 ? cut : nil
    }
}
