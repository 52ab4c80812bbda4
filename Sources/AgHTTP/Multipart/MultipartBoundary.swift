package import AgBase

/// The text between the parts of a multipart body, as its `Content-Type` announces it.
package struct MultipartBoundary: Sendable, Equatable {
    let bytes: [UInt8]

    /// Reads a request's `Content-Type`.
    ///
    /// Throws `Fault` 415 `not-multipart` when it is not multipart/form-data, and 400 `invalid-boundary` unless it has
    /// exactly one boundary of 1 to 70 characters (RFC 2046, section 5.1.1): with two, two readers may choose differently.
    package init(_ headers: HTTPHeaders) throws(Fault) {
        let values = headers.all("content-type")
        guard values.count <= 1 else {
            throw Fault(
                .badRequest, "invalid-content-type",
                "The request has \(values.count) Content-Type headers; one is right.")
        }
        guard let type = values.first.flatMap(MediaType.init), type.essence == "multipart/form-data" else {
            throw Fault(.unsupportedMediaType, "not-multipart", "This takes multipart/form-data.")
        }
        let boundaries = type.parameters.all("boundary")
        guard boundaries.count == 1, Self.isBoundary(boundaries[0]) else {
            throw Fault(
                .badRequest, "invalid-boundary",
                "The Content-Type must have exactly one boundary of 1 to 70 allowed characters.")
        }
        bytes = boundaries[0]
    }

    private static func isBoundary(_ bytes: [UInt8]) -> Bool {
        1...70 ~= bytes.count && bytes.last != 0x20 && bytes.allSatisfy(isBoundaryByte)
    }

    private static func isBoundaryByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case 0x20, 0x27, 0x28, 0x29, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x3F, 0x5F: true
        default: false
        }
    }
}
