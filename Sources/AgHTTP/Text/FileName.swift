/// A file's name as a stranger gave it, fit to be shown.
package enum FileName {
    /// The last piece of a path of either system, without control characters, at most 255 bytes of UTF-8; may be empty.
    package static func forDisplay(_ text: String) -> String {
        let last = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last ?? []
        var name = ""
        for scalar in last where !isRefused(scalar) {
            guard name.utf8.count + String(scalar).utf8.count <= 255 else { break }
            name.unicodeScalars.append(scalar)
        }
        return name == "." || name == ".." ? "" : name
    }

    /// Controls, and the marks that reorder text and so can make `gpj.exe` look like `exe.jpg`.
    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
