/// What is done to one picture for one output: scaled, then cut, then laid on a canvas.
struct RenderPlan: Hashable {
    /// Of the whole picture.
    let scaled: PlannedSize
    /// Taken from the middle of it.
    let cut: PlannedSize
    /// `cut` lies in its middle.
    let canvas: PlannedSize

    init(_ output: RenderOutput, width: Int, height: Int) {
        let box = PlannedSize(width: output.width, height: output.height)
        switch output.fit {
        case .inside, .contain:
            scaled = .inside(box, width: width, height: height)
            cut = scaled
        case .cover:
            cut = .portion(box, width: width, height: height)
            scaled = .covering(cut, width: width, height: height)
        }
        canvas = output.fit == .contain ? box : cut
    }
}

extension PlannedSize {
    /// The largest size within `box`, the proportions kept.
    static func inside(_ box: PlannedSize, width: Int, height: Int) -> PlannedSize {
        let scales = [
            1, Double(min(box.width, longestSide)) / Double(width),
            Double(min(box.height, longestSide)) / Double(height),
        ]
        return scaled(width, height, by: scales.min() ?? 1)
    }

    /// The largest part of a picture that has the box's proportions, and no more pixels than the box.
    fileprivate static func portion(_ box: PlannedSize, width: Int, height: Int) -> PlannedSize {
        let scale = min(1, Double(width) / Double(box.width), Double(height) / Double(box.height))
        let size = scaled(box.width, box.height, by: scale)
        return PlannedSize(width: min(size.width, width), height: min(size.height, height))
    }

    /// The smallest size of a picture that `part` can be cut from.
    fileprivate static func covering(_ part: PlannedSize, width: Int, height: Int) -> PlannedSize {
        let scale = max(Double(part.width) / Double(width), Double(part.height) / Double(height))
        let size = scaled(width, height, by: scale)
        return PlannedSize(width: max(part.width, size.width), height: max(part.height, size.height))
    }

    fileprivate static func scaled(_ width: Int, _ height: Int, by scale: Double) -> PlannedSize {
        PlannedSize(width: scaled(width, scale), height: scaled(height, scale))
    }
}

extension RenderOutput {
    /// The size that this output scales the whole of a picture to; what it cuts off or adds does not count.
    package func scale(width: Int, height: Int) -> (width: Int, height: Int) {
        let scaled = RenderPlan(self, width: width, height: height).scaled
        return (scaled.width, scaled.height)
    }

    /// Whether this output shows all of a picture of this size and nothing beside it.
    package func isWhole(width: Int, height: Int) -> Bool {
        let plan = RenderPlan(self, width: width, height: height)
        return plan.cut == plan.scaled && plan.canvas == plan.scaled
    }
}
