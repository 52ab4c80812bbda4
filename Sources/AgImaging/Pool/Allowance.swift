/// What a child may spend on one picture.
package struct Allowance: Sendable, Equatable {
    /// Of the child's own: what the picture costs, however busy the machine is.
    package var processor: Duration
    /// From the moment the child takes the picture. Beyond it the machine is to blame, not the picture.
    package var wall: Duration

    package init(processor: Duration, wall: Duration? = nil) {
        self.processor = processor
        self.wall = wall ?? processor * 10
    }
}
