import AgBase

/// Finds the few colours that a picture is made of.
///
/// Pixels are counted in 4,096 boxes of similar colour; then boxes join the nearest colour already chosen, the fullest
/// box first. The same pixels give the same answer.
struct DominantColors {
    private static let most = 6
    /// Squared distance below which two colours are one.
    private static let near = 56 * 56
    /// A colour below this share is noise.
    private static let least = 0.01

    private struct Group {
        var sum = [0, 0, 0]
        var count = 0

        var center: [Int] { sum.map { count == 0 ? 0 : $0 / count } }

        mutating func take(_ other: Group) {
            for band in 0..<3 { sum[band] += other.sum[band] }
            count += other.count
        }

        func distance(to other: Group) -> Int {
            zip(center, other.center).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
    }

    /// - Parameter pixels: red, green, blue, alpha; those less than half opaque do not count.
    static func find(in pixels: [UInt8]) -> [PictureAnalysis.Color] {
        let groups = merge(boxes(of: pixels))
        let total = groups.reduce(0) { $0 + $1.count }
        return groups.compactMap { group in
            let share = Double(group.count) / Double(max(1, total))
            guard share >= least else { return nil }
            let hex = "#" + Hex.encode(group.center.map { UInt8($0) })
            return PictureAnalysis.Color(hex: hex, share: (share * 1_000).rounded() / 1_000)
        }
    }

    private static func boxes(of pixels: [UInt8]) -> [Group] {
        var boxes = [Group](repeating: Group(), count: 4_096)
        for start in stride(from: 0, to: pixels.count, by: 4) where pixels[start + 3] >= 128 {
            let color = (0..<3).map { Int(pixels[start + $0]) }
            boxes[(color[0] >> 4) << 8 | (color[1] >> 4) << 4 | color[2] >> 4].take(Group(sum: color, count: 1))
        }
        return boxes.filter { $0.count > 0 }
    }

    private static func merge(_ boxes: [Group]) -> [Group] {
        // Equal counts keep the order of the boxes, so that the answer never depends on the sort.
        let ranked = boxes.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
        var chosen: [Group] = []
        for (_, box) in ranked {
            let nearest = chosen.indices.min { chosen[$0].distance(to: box) < chosen[$1].distance(to: box) }
            if let nearest, chosen.count == most || chosen[nearest].distance(to: box) < near {
                chosen[nearest].take(box)
            } else {
                chosen.append(box)
            }
        }
        return chosen.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
            .map(\.element)
    }
}
