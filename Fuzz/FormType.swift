import AgHTTP

/// The `Content-Type` of a form: media type, parameters, boundary.
package enum FormTypeFuzz: FuzzTarget {
    package static let name = "form-type"

    package static func run(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        if let type = MediaType(text) { try check(type) }
        if let parameters = HeaderParameters(text) { try check(parameters) }
        let headers = HTTPHeaders([.init(name: "Content-Type", value: text)])
        guard let boundary = try? MultipartBoundary(headers) else { return }
        try promise(1...MultipartBoundary.longest ~= boundary.bytes.count, "a boundary out of bounds in \(text)")
        try promise(boundary.bytes.allSatisfy { 0x20..<0x7F ~= $0 }, "a boundary that is no text in \(text)")
    }

    private static func check(_ type: MediaType) throws {
        let names = type.essence.split(separator: "/")
        try promise(names.count == 2 && names.allSatisfy(HTTPToken.isToken), "no media type: \(type.essence)")
        try promise(MediaType(type.essence)?.essence == type.essence, "reads differently again: \(type.essence)")
    }

    /// A value that is written as a quoted string reads as it was.
    private static func check(_ parameters: HeaderParameters) throws {
        for value in parameters.all("name") where String(validating: value, as: UTF8.self) != nil {
            let quoted = value.flatMap { $0 == 0x22 || $0 == 0x5C ? [0x5C, $0] : [$0] }
            let line = "name=\"\(String(decoding: quoted, as: UTF8.self))\""
            try promise(HeaderParameters(line)?.all("name") == [value], "reads differently again: \(line)")
        }
    }
}
