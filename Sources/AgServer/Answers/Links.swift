import AgLibrary
import AgModel

/// URLs in answers. Each carries the image's generation, so that what it leads to never changes and may be cached for ever.
struct Links: Sendable {
    /// Where clients reach us, without a slash at the end; paths alone when it is not known.
    let publicURL: String?

    func image(_ id: ImageID) -> String { absolute(Self.imagePath(id)) }

    func thumbnail(_ image: Image) -> String { versioned(.thumbnail, image) }

    func original(_ image: Image) -> String { original(image.id, generation: image.generation) }

    func original(_ id: ImageID, generation: Int64) -> String {
        absolute("\(Self.imagePath(id))/original?v=\(generation)")
    }

    func variant(_ name: VariantName, _ image: Image) -> String { versioned(name, image) }

    func absolute(_ path: String) -> String { (publicURL ?? "") + path }

    static func path(of name: VariantName, _ id: ImageID) -> String {
        switch name {
        case .thumbnail: "\(imagePath(id))/thumbnail"
        case .sized: "\(imagePath(id))/variants/\(name)"
        }
    }

    static func imagePath(_ id: ImageID) -> String { "/api/images/\(id)" }

    private func versioned(_ name: VariantName, _ image: Image) -> String {
        absolute("\(Self.path(of: name, image.id))?v=\(image.generation)")
    }
}
