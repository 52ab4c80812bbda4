import AgImaging
import AgModel

/// What a render is made from. Pure; the reasons are in docs/decisions/0005-render.md.
enum RenderSource: Equatable {
    /// This variant is what was asked for, byte for byte.
    case ready(VariantName)
    /// This variant is large enough that what it lost is not seen in a smaller picture.
    case variant(VariantName)
    case original

    /// A variant that is wider and higher than what is made of it by this much hides its encoder's traces.
    private static let enough = 1.5
    /// The same when it was encoded for less quality than is asked for now.
    private static let enoughOfWorse = 2.0

    struct Candidate {
        let name: VariantName
        let width: Int
        let height: Int
    }

    static func choose(
        _ wish: RenderWish, width: Int, height: Int, among candidates: [Candidate]
    ) -> RenderSource {
        let output = wish.output
        let scaled = output.scale(width: width, height: height)
        if output.isWhole(width: width, height: height),
            let same = candidates.first(where: { $0.isExactly(wish, scaled) })
        {
            return .ready(same.name)
        }
        let smallest = candidates.filter { $0.width < width && $0.suffices(wish, scaled) }
            .min { ($0.width, $0.height) < ($1.width, $1.height) }
        return smallest.map { .variant($0.name) } ?? .original
    }

    fileprivate static func factor(_ has: Int, _ wanted: Int) -> Double { has >= wanted ? enough : enoughOfWorse }
}

extension RenderSource.Candidate {
    init(_ variant: Variant) {
        self.init(name: variant.name, width: variant.width, height: variant.height)
    }

    /// WebP alone: an AVIF takes several times as long to decode, and cannot be decoded at a smaller size.
    fileprivate func suffices(_ wish: RenderWish, _ scaled: (width: Int, height: Int)) -> Bool {
        guard case .sized(let size, .webp) = name else { return false }
        let factor = RenderSource.factor(size.perceptualQuality, wish.quality)
        return Double(width) >= factor * Double(scaled.width) && Double(height) >= factor * Double(scaled.height)
    }

    fileprivate func isExactly(_ wish: RenderWish, _ scaled: (width: Int, height: Int)) -> Bool {
        guard case .sized(let size, let format) = name else { return false }
        return PictureFormat(format) == wish.format && size.perceptualQuality == wish.quality
            && (width, height) == scaled
    }
}
