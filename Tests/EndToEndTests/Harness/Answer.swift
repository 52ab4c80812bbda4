import AgBase

/// What the server said to one request.
struct Answer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// The first header of this name, however it is spelled.
    subscript(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSONValue {
        get throws {
            do {
                return try JSONValue(json: body)
            } catch {
                throw HarnessFailure("An answer without JSON: \(self)")
            }
        }
    }
}

extension Answer: CustomStringConvertible {
    var description: String {
        let isText = self["content-type"]?.contains("json") == true || self["content-type"]?.hasPrefix("text") == true
        return "\(status) "
            + (isText ? String(text.prefix(800)) : "\(body.count) bytes of \(self["content-type"] ?? "nothing")")
    }
}

extension JSONValue {
    /// A member on a path such as `metadata.exif.gps`.
    subscript(path path: String) -> JSONValue? {
        path.split(separator: ".").reduce(self as JSONValue?) { $0?[String($1)] }
    }

    static func read(_ text: some StringProtocol) throws -> JSONValue {
        try JSONValue(json: text)
    }
}
