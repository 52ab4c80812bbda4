/// The sizes every picture is made in. Never enlarged: a smaller original gives a smaller variant of the same name.
package enum VariantSize: String, Sendable, Codable, CaseIterable {
    case small
    case medium
    case large

    /// The widest it may be, in pixels.
    package var width: Int {
        switch self {
        case .small: 640
        case .medium: 1_024
        case .large: 1_920
        }
    }

    /// How good it shall look, 1 to 100; each encoder maps this to a number of its own.
    package var perceptualQuality: Int {
        switch self {
        case .small: 80
        case .medium: 85
        case .large: 90
        }
    }
}
