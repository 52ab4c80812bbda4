/// One derived picture: `thumbnail`, or a size in a format such as `small.webp`.
package enum VariantName: Hashable, Sendable, CustomStringConvertible {
    case thumbnail
    case sized(VariantSize, VariantFormat)

    /// Reads `small.webp` or `thumbnail`; `nil` for what we do not make.
    package init?(_ text: some StringProtocol) {
        if text == "thumbnail" {
            self = .thumbnail
            return
        }
        let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
        guard pieces.count == 2, let size = VariantSize(rawValue: String(pieces[0])),
            let format = VariantFormat(rawValue: String(pieces[1]))
        else { return nil }
        self = .sized(size, format)
    }

    package var description: String {
        switch self {
        case .thumbnail: "thumbnail"
        case .sized(let size, let format): "\(size.rawValue).\(format.rawValue)"
        }
    }

    /// `thumbnail`, `small`, `medium` or `large`.
    package var type: String {
        switch self {
        case .thumbnail: "thumbnail"
        case .sized(let size, _): size.rawValue
        }
    }

    package var format: VariantFormat {
        switch self {
        case .thumbnail: .webp
        case .sized(_, let format): format
        }
    }

    /// Everything a picture needs before it is completed, the thumbnail first.
    package static let required: [VariantName] =
        [.thumbnail] + VariantSize.allCases.flatMap { size in VariantFormat.allCases.map { .sized(size, $0) } }
}
