import AgBase

/// How a request's body is encoded: bodies are taken as they are and never unpacked.
enum ContentCoding {
    static let refusal = "unsupported-content-encoding"

    /// Throws `Fault` 415 `unsupported-content-encoding` when the body has another coding than `identity`: its bytes would
    /// be read as something that they are not.
    static func requireNone(_ request: HTTPRequest) throws(Fault) {
        guard !request.body.isEmpty, let coding = coding(of: request.headers) else { return }
        throw Fault(
            .unsupportedMediaType, refusal,
            "The body has the Content-Encoding '\(coding)'; bodies are taken without one.")
    }

    private static func coding(of headers: HTTPHeaders) -> String? {
        guard headers.contains("content-encoding") else { return nil }
        let codings = headers.all("content-encoding").flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        return codings.map { HTTPToken.trimmed(Substring($0)) }
            .first { !$0.isEmpty && !ASCIICase.isEqual($0, "identity") }
            .map { String(decoding: $0.utf8.prefix(40), as: UTF8.self) }
    }
}
