import AgBase

/// What a part says of itself: RFC 7578, section 4.
package struct MultipartHead: Sendable, Equatable {
    /// The form field's name.
    package let name: String
    /// For display only: the last piece of the path, at most 255 bytes. `nil` when the part is a plain field.
    package let filename: String?
    /// As claimed by the client.
    package let contentType: String?
    /// `base64` or `quoted-printable` when its bytes are encoded so, which no browser does (RFC 7578, section 4.7).
    let encoding: String?

    /// Reads a part's header lines. Throws `Fault` 400 `multipart-malformed` or `multipart-nested`.
    init(_ lines: [ArraySlice<UInt8>]) throws(Fault) {
        var fields = HTTPHeaders()
        for line in lines { try Self.read(line, into: &fields) }
        contentType = fields["content-type"]
        try Self.refuseNesting(contentType)
        encoding = Self.encoding(fields["content-transfer-encoding"])
        let parameters = try Self.parameters(fields["content-disposition"])
        guard let name = try Self.one("name", parameters), let text = String(validating: name, as: UTF8.self),
            !text.isEmpty
        else { throw MultipartFault.malformed("A part has no usable name.") }
        self.name = text
        filename = try Self.filename(parameters)
    }

    private static func read(_ line: ArraySlice<UInt8>, into fields: inout HTTPHeaders) throws(Fault) {
        guard let colon = line.firstIndex(of: 0x3A) else {
            throw MultipartFault.malformed("A part's header has no colon.")
        }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        // What is not UTF-8 becomes U+FFFD: good enough for a file's name, and no field that is read has one.
        let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
        guard HTTPToken.isToken(name), !fields.contains(name) else {
            throw MultipartFault.malformed("A part's header is malformed or there twice.")
        }
        guard !value.utf8.contains(where: { HTTPToken.isControl($0) && $0 != 0x09 }) else {
            throw MultipartFault.malformed("A part's header holds a control character.")
        }
        fields.add(name, String(HTTPToken.trimmed(value)))
    }

    private static func refuseNesting(_ type: String?) throws(Fault) {
        guard let type, ASCIICase.isEqual(type.prefix(10), "multipart/") else { return }
        throw Fault(
            .badRequest, "multipart-nested", "A part is multipart itself; each file goes into a part of its own.")
    }

    /// The two that change bytes. All others, `binary` and `8bit` as well as `utf-8`, say nothing that matters here.
    private static func encoding(_ field: String?) -> String? {
        field.map { ASCIICase.lowered($0) }.flatMap { ["base64", "quoted-printable"].contains($0) ? $0 : nil }
    }

    private static func parameters(_ disposition: String?) throws(Fault) -> HeaderParameters {
        let parts = (disposition ?? "").split(separator: ";", maxSplits: 1)
        guard let kind = parts.first, ASCIICase.isEqual(HTTPToken.trimmed(kind), "form-data"),
            let parameters = HeaderParameters(parts.count == 2 ? parts[1] : "")
        else { throw MultipartFault.malformed("A part has no readable 'Content-Disposition: form-data'.") }
        return parameters
    }

    private static func one(_ name: String, _ parameters: HeaderParameters) throws(Fault) -> [UInt8]? {
        let values = parameters.all(name)
        guard values.count <= 1 else {
            throw MultipartFault.malformed("A part has \(values.count) parameters called \(name).")
        }
        return values.first
    }

    /// `filename*` wins (RFC 6266, section 4.3); one that cannot be read is ignored beside a plain `filename`.
    private static func filename(_ parameters: HeaderParameters) throws(Fault) -> String? {
        let plain = try one("filename", parameters).map { String(decoding: $0, as: UTF8.self) }
        if let extended = try one("filename*", parameters) {
            if let name = ExtendedValue.decode(String(decoding: extended, as: UTF8.self)) {
                return FileName.forDisplay(name)
            }
            guard plain != nil else {
                throw MultipartFault.malformed("A part's filename* is not percent-encoded text.")
            }
        }
        return plain.map { FileName.forDisplay(FileName.decoded($0)) }
    }
}

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
