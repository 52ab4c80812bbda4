/// Sizes of derived pictures. They never grow, never lose their last pixel, and stay within what WebP can hold.
struct PlannedSize: Hashable {
    let width: Int
    let height: Int

    /// A WebP's sides have 14 bits. All formats follow, so that the variants of one name have one size.
    static let longestSide = 16_383

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// The size at most `limit` wide of a picture, its proportions kept.
    static func fitting(width: Int, height: Int, into limit: Int) -> PlannedSize {
        inside(PlannedSize(width: max(1, limit), height: longestSide), width: width, height: height)
    }

    /// The size whose shorter side is `side`, to be cut to a square after.
    static func covering(width: Int, height: Int, side: Int) -> PlannedSize {
        let scale = min(Double(side) / Double(min(width, height)), 1)
        return PlannedSize(width: scaled(width, scale), height: scaled(height, scale))
    }

    static func scaled(_ length: Int, _ scale: Double) -> Int {
        max(1, Int((Double(length) * scale).rounded()))
    }
}
