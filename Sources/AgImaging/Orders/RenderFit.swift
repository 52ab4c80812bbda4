/// How a picture is brought into a box of pixels. None of them enlarges it.
package enum RenderFit: String, Sendable, Codable, CaseIterable {
    /// All of it, as large as the box lets it be.
    case inside
    /// The box filled, and cut from the middle what sticks out. Of a smaller picture as much as has the box's proportions.
    case cover
    /// All of it in the middle of exactly the box: clear around it where the format has alpha, white where it has none.
    case contain
}
