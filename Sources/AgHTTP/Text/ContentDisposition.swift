/// A `Content-Disposition` value that is safe whatever the file is called: RFC 6266 with RFC 8187 for other than ASCII.
package enum ContentDisposition: String, Sendable {
    case inline
    case attachment

    /// `attachment; filename="caf_.jpg"; filename*=UTF-8''caf%C3%A9.jpg`
    ///
    /// Path pieces and control characters are dropped; the second form is there only when the first one had to replace something.
    package func value(filename: String) -> String {
        if FileName.isHarmless(filename) { return "\(rawValue); filename=\"\(filename)\"" }
        let name = FileName.forDisplay(filename)
        guard !name.isEmpty else { return rawValue }
        let ascii = Self.ascii(name)
        let plain = "\(rawValue); filename=\"\(ascii)\""
        return ascii == name ? plain : plain + "; filename*=UTF-8''\(PercentEncoding.encode(name))"
    }

    /// Quotes, backslashes and percent signs are replaced too: browsers disagree about each of them inside quotes.
    private static func ascii(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { scalar in
                    let isPlain = 0x20..<0x7F ~= scalar.value && !["\"", "\\", "%"].contains(scalar)
                    return isPlain ? scalar : "_"
                }))
    }
}
