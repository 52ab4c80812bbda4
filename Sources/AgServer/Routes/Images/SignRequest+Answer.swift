import AgBase
import AgContract
import AgImaging
import AgLibrary
import AgModel

extension API.SignRequest {
    /// Throws `Fault` 422.
    func answer(
        _ image: Image, _ urls: SignedURLs, _ links: Links, _ settings: RenderSettings
    ) throws -> API.SignedURL {
        let longest = Int(SignedURLs.longestLife.inSeconds)
        let seconds = expiresIn ?? 3_600
        guard 1...longest ~= seconds else {
            throw Self.refuse("expiresIn", "must be between 1 and \(longest) seconds, not \(seconds)")
        }
        let path = try path(image.id)
        let items = try renderItems(settings) + [.init("v", "\(image.generation)")]
        let signed = urls.sign(path: path, items: items, lives: .seconds(seconds))
        return API.SignedURL(url: links.absolute("\(path)?\(signed.query)"), expiresAt: .init(signed.expiresAt))
    }

    private func path(_ id: ImageID) throws -> String {
        if variant == "original" || variant == "render" { return "\(Links.imagePath(id))/\(variant)" }
        if let size = VariantSize(rawValue: variant) { return "\(Links.imagePath(id))/variants/\(size.rawValue)" }
        guard let name = VariantName(variant) else {
            throw Fault(
                .unprocessable, "no-such-variant",
                "There is no variant '\(variant.excerpt(40))'; use original, thumbnail, render, small, medium, large, or a "
                    + "size with .webp or .avif.")
        }
        return Links.path(of: name, id)
    }

    // MARK: Renders

    /// As the query will have them; only what was said, so that what was not can be negotiated.
    private func renderItems(_ settings: RenderSettings) throws -> [SignedURL.Item] {
        guard variant == "render" else {
            if let stray = given.first { throw Self.refuse(stray.name, "belongs to the variant 'render' alone") }
            return []
        }
        guard w != nil || h != nil else { throw Self.refuse("w", "or 'h' must say how large the picture shall be") }
        let sides = 1...settings.longestSide
        for (name, value, range) in [("w", w, sides), ("h", h, sides), ("q", q, 1...100)] {
            guard let value, !range.contains(value) else { continue }
            throw Self.refuse(name, "must be between \(range.lowerBound) and \(range.upperBound), not \(value)")
        }
        try check("fit", fit, RenderFit.allCases.map(\.rawValue))
        try check("format", format, RenderWish.formats.map(\.rawValue))
        return given
    }

    private var given: [SignedURL.Item] {
        let pairs = [("w", w.map(String.init)), ("h", h.map(String.init)), ("fit", fit), ("format", format)]
        return (pairs + [("q", q.map(String.init))]).compactMap { name, value in value.map { .init(name, $0) } }
    }

    private func check(_ name: String, _ word: String?, _ known: [String]) throws {
        guard let word, !known.contains(word) else { return }
        throw Self.refuse(name, "must be one of \(known.joined(separator: ", ")), not '\(word.excerpt(40))'")
    }

    private static func refuse(_ name: String, _ complaint: String) -> Fault {
        let sentence = "'\(name)' \(complaint)."
        return Fault(
            .unprocessable, "invalid-body", sentence,
            details: [Fault.Detail(subject: name, code: "invalid-value", detail: sentence)])
    }
}
