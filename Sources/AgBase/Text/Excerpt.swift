extension StringProtocol {
    /// The beginning of a text for showing it in a sentence: at most so many bytes of UTF-8, cut between two scalars,
    /// with `…` behind what was cut.
    ///
    /// By bytes and not by characters: a megabyte of accents on one letter is one character.
    package func excerpt(_ limit: Int = 80) -> String {
        let bytes = Substring(self).utf8
        guard let cut = bytes.index(bytes.startIndex, offsetBy: limit, limitedBy: bytes.endIndex), cut < bytes.endIndex
        else { return String(self) }
        var end = cut
        while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { bytes.formIndex(before: &end) }
        return String(Substring(bytes[..<end])) + "…"
    }
}
