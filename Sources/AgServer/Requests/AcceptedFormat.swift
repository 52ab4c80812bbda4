import AgModel

/// Reads which formats a client takes from the `Accept` header (RFC 9110, 12.5.1): AVIF only from clients that name it,
/// because those that say `*/*` often cannot show it; WebP from all others, and from those that take both.
enum AcceptedFormat {
    /// At least one, the best first.
    static func all(_ headers: [String]) -> [VariantFormat] {
        let ranges = headers.joined(separator: ",").split(separator: ",").map { range in
            range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
        }
        /// Whether the most exact range that fits takes it.
        func takes(_ patterns: [String]) -> Bool {
            let fitting = patterns.lazy.compactMap { pattern in ranges.first { $0.first == pattern } }.first
            return fitting.map { !$0.dropFirst().contains { isZero($0) } } ?? false
        }
        guard takes(["image/avif"]) else { return [.webp] }
        return takes(["image/webp", "image/*", "*/*"]) ? [.avif, .webp] : [.avif]
    }

    /// The best one.
    static func of(_ headers: [String]) -> VariantFormat { all(headers)[0] }

    /// `q=0`, `q=0.0` and so on: not acceptable.
    private static func isZero(_ parameter: String) -> Bool {
        guard parameter.hasPrefix("q="), let weight = Double(parameter.dropFirst(2)) else { return false }
        return weight == 0
    }
}
