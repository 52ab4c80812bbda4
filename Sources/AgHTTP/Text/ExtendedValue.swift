/// The value of a parameter with a star behind its name, such as `filename*=UTF-8''caf%C3%A9.jpg`: RFC 8187.
enum ExtendedValue {
    /// The text; of a character set that is not read here, the escapes as they are. `nil` when it is malformed or holds a
    /// control character.
    static func decode(_ value: String) -> String? {
        let parts = value.utf8.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        guard let charset = TextCharset(Substring(parts[0])) else { return String(Substring(parts[2])) }
        guard let bytes = PercentEncoding.bytes(Substring(parts[2])), !bytes.contains(where: HTTPToken.isControl) else {
            return nil
        }
        return charset.text(of: bytes)
    }
}
