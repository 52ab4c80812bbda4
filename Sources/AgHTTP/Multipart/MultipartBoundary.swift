package import AgBase

/// The text between the parts of a multipart body, as its `Content-Type` announces it.
package struct MultipartBoundary: Sendable, Equatable {
    package let bytes: [UInt8]

    /// RFC 2046 has 70; some clients write longer ones.
    package static let longest = 200

    /// Reads a request's `Content-Type`.
    ///
    /// Throws `Fault` 415 `not-multipart` when it is not multipart/form-data, and 400 `invalid-boundary` unless it has
    /// one boundary of 1 to 200 visible ASCII characters and blanks. Two that differ are refused: two readers may choose
    /// differently.
    package init(_ headers: HTTPHeaders) throws(Fault) {
        let values = headers.all("content-type")
        guard values.count <= 1 else {
            throw Fault(
                .badRequest, "invalid-content-type",
                "The request has \(values.count) Content-Type headers; one is right.")
        }
        guard let parameters = Self.parametersOfForm(values.first ?? "") else {
            throw Fault(.unsupportedMediaType, "not-multipart", "This takes multipart/form-data.")
        }
        let boundaries = HeaderParameters(parameters)?.all("boundary") ?? []
        guard let boundary = boundaries.first, boundaries.allSatisfy({ $0 == boundary }), Self.isBoundary(boundary)
        else {
            throw Fault(
                .badRequest, "invalid-boundary",
                "The Content-Type must have one boundary of 1 to \(Self.longest) visible ASCII characters or blanks, without a quote, a backslash or a blank at its end."
            )
        }
        bytes = boundary
    }

    /// What stands behind `multipart/form-data`, whatever it is; `nil` for another type.
    private static func parametersOfForm(_ type: String) -> Substring? {
        let essence = "multipart/form-data"
        let text = HTTPToken.trimmed(type)
        guard ASCIICase.isEqual(Substring(text.utf8.prefix(essence.utf8.count)), essence) else { return nil }
        let rest = text.utf8.dropFirst(essence.utf8.count)
        guard let next = rest.first else { return "" }
        return next == UInt8(ascii: ";") || next == UInt8(ascii: ",") || HTTPToken.isBlank(next)
            ? Substring(rest) : nil
    }

    private static func isBoundary(_ bytes: [UInt8]) -> Bool {
        1...longest ~= bytes.count && bytes.last != 0x20 && bytes.allSatisfy(isBoundaryByte)
    }

    /// More than RFC 2046 allows: real clients write asterisks, dollars and more.
    private static func isBoundaryByte(_ byte: UInt8) -> Bool { 0x20..<0x7F ~= byte && byte != 0x22 && byte != 0x5C }
}
