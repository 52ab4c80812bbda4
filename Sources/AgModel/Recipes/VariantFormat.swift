/// The formats every size is made in, the one that every browser reads first.
package enum VariantFormat: String, Sendable, Codable, CaseIterable {
    case webp
    case avif

    package var mediaType: String { "image/\(rawValue)" }
}
