import AgModel

/// Chooses a variant's format by the `Accept` header (RFC 9110, 12.5.1): AVIF only for clients that name it, because
/// those that say `*/*` often cannot show it; WebP for all others.
enum AcceptedFormat {
    static func of(_ headers: [String]) -> VariantFormat {
        let isAVIFNamed = headers.joined(separator: ",").split(separator: ",").contains { range in
            let pieces = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            return pieces.first == "image/avif" && !pieces.dropFirst().contains { isZero($0) }
        }
        return isAVIFNamed ? .avif : .webp
    }

    /// `q=0`, `q=0.0` and so on: not acceptable.
    private static func isZero(_ parameter: String) -> Bool {
        guard parameter.hasPrefix("q="), let weight = Double(parameter.dropFirst(2)) else { return false }
        return weight == 0
    }
}
