import AgBase

/// What a part says of itself: RFC 7578, section 4.
package struct MultipartHead: Sendable, Equatable {
    /// The form field's name.
    package let name: String
    /// For display only: the last piece of the path, at most 255 bytes. `nil` when the part is a plain field.
    package let filename: String?
    /// As claimed by the client.
    package let contentType: String?

    /// Reads a part's header lines. Throws `Fault` 400 `multipart-malformed`, `multipart-nested` or `multipart-encoded`.
    init(_ lines: [ArraySlice<UInt8>]) throws(Fault) {
        var fields = HTTPHeaders()
        for line in lines { try Self.read(line, into: &fields) }
        contentType = fields["content-type"]
        try Self.refuseNesting(contentType)
        try Self.refuseEncoding(fields["content-transfer-encoding"])
        let parameters = try Self.parameters(fields["content-disposition"])
        guard let name = try Self.one("name", parameters), let text = String(validating: name, as: UTF8.self),
            !text.isEmpty, !text.unicodeScalars.contains("\u{FFFD}")
        else { throw MultipartFault.malformed("A part has no usable name.") }
        self.name = text
        filename = try Self.filename(parameters)
    }

    private static func read(_ line: ArraySlice<UInt8>, into fields: inout HTTPHeaders) throws(Fault) {
        guard let colon = line.firstIndex(of: 0x3A) else {
            throw MultipartFault.malformed("A part's header has no colon.")
        }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        // What is not UTF-8 becomes U+FFFD: good enough for a file's name, refused in a field's.
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

    /// RFC 7578, section 4.7: deprecated, and no browser ever sent another.
    private static func refuseEncoding(_ encoding: String?) throws(Fault) {
        guard let encoding, !["binary", "7bit", "8bit"].contains(ASCIICase.lowered(encoding)) else { return }
        throw Fault(
            .badRequest, "multipart-encoded", "A part is encoded as \(encoding); parts are sent as plain bytes.")
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

    /// `filename*` must not be sent in forms (RFC 7578, section 4.2); alone it is decoded once, beside `filename` ignored.
    private static func filename(_ parameters: HeaderParameters) throws(Fault) -> String? {
        if let plain = try one("filename", parameters) {
            return FileName.forDisplay(String(decoding: plain, as: UTF8.self))
        }
        guard let extended = try one("filename*", parameters) else { return nil }
        let text = String(decoding: extended, as: UTF8.self)
        guard ASCIICase.isEqual(text.prefix(7), "UTF-8''"), let name = PercentEncoding.decode(text.dropFirst(7)),
            !name.utf8.contains(where: HTTPToken.isControl)
        else { throw MultipartFault.malformed("A part's filename* is not percent-encoded UTF-8.") }
        return FileName.forDisplay(name)
    }
}
