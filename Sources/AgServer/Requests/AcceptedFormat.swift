import AgModel

/// Reads which formats a client takes from the `Accept` header (RFC 9110, 12.5.1): AVIF only from clients that name it,
/// because those that say `*/*` often cannot show it; WebP from all others, and from those that take both.
enum AcceptedFormat {
    /// More ranges than any client sends; those beyond are not looked at.
    private static let mostRanges = 64

    /// At least one, the best first. One pass over the bytes, since a stranger may send a header of any length.
    static func all(_ headers: [String]) -> [VariantFormat] {
        let ranges = ranges(headers)
        /// Whether the most exact range that fits takes it.
        func takes(_ patterns: [String]) -> Bool {
            let fitting = patterns.lazy.compactMap { pattern in ranges.first { $0.type == pattern } }.first
            return fitting?.isTaken ?? false
        }
        guard takes(["image/avif"]) else { return [.webp] }
        return takes(["image/webp", "image/*", "*/*"]) ? [.avif, .webp] : [.avif]
    }

    private struct MediaRange {
        let type: String
        let isTaken: Bool
    }

    private static func ranges(_ headers: [String]) -> [MediaRange] {
        var ranges: [MediaRange] = []
        for header in headers {
            for part in header.utf8.split(separator: UInt8(ascii: ","), maxSplits: mostRanges).prefix(mostRanges) {
                guard ranges.count < mostRanges else { return ranges }
                if let range = range(part) { ranges.append(range) }
            }
        }
        return ranges
    }

    /// `nil` for what is longer than a range with a weight can be, or is not ASCII.
    private static func range(_ part: Substring.UTF8View) -> MediaRange? {
        let bare = part.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        guard bare.count <= 128, bare.allSatisfy({ $0 < 0x80 }) else { return nil }
        let pieces = String(decoding: bare, as: UTF8.self).lowercased().split(separator: ";")
        guard let type = pieces.first else { return nil }
        return MediaRange(type: String(type), isTaken: !pieces.dropFirst().contains { isZero($0) })
    }

    /// The best one.
    static func of(_ headers: [String]) -> VariantFormat { all(headers)[0] }

    /// `q=0`, `q=0.0` and so on: not acceptable.
    private static func isZero(_ parameter: Substring) -> Bool {
        guard parameter.hasPrefix("q="), let weight = Double(parameter.dropFirst(2)) else { return false }
        return weight == 0
    }
}
