/// A multipart/form-data body, put together byte by byte so that it can be wrong in any way.
struct Form: Sendable {
    struct Part: Sendable {
        /// The header lines, without the empty line that ends them.
        var head: String
        var bytes: [UInt8]
    }

    var boundary = "argentum-e2e-7e3f"
    var parts: [Part] = []
    /// What stands behind the last part.
    var ending: String { "--\(boundary)--\r\n" }

    var mediaType: String { "multipart/form-data; boundary=\(boundary)" }

    mutating func add(
        file bytes: [UInt8], named filename: String, type: String = "image/jpeg", as name: String = "images"
    ) {
        let head = "Content-Disposition: form-data; name=\"\(name)\"; filename=\"\(filename)\"\r\nContent-Type: \(type)"
        parts.append(Part(head: head, bytes: bytes))
    }

    mutating func add(field name: String, _ value: String) {
        parts.append(Part(head: "Content-Disposition: form-data; name=\"\(name)\"", bytes: Array(value.utf8)))
    }

    var bytes: [UInt8] {
        parts.flatMap { Array("--\(boundary)\r\n\($0.head)\r\n\r\n".utf8) + $0.bytes + Array("\r\n".utf8) }
            + Array(ending.utf8)
    }

    /// A form with pictures and plain fields.
    static func of(_ files: [(name: String, bytes: [UInt8])], fields: [(String, String)] = []) -> Form {
        var form = Form()
        for (name, value) in fields { form.add(field: name, value) }
        for file in files { form.add(file: file.bytes, named: file.name) }
        return form
    }
}
