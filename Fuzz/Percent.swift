import AgBase
import AgHTTP

/// The percent decoder, and the file names that are written with the encoder.
package enum PercentFuzz: FuzzTarget {
    package static let name = "percent"

    package static func run(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        if let decoded = PercentEncoding.decode(text) {
            try promise(!decoded.utf8.contains(0), "a NUL in \(text)")
            try promise(decoded.utf8.count <= text.utf8.count, "longer than it was: \(text)")
        }
        if let form = PercentEncoding.decode(text, plusIsSpace: true) {
            try promise(!form.utf8.contains(0), "a NUL in \(text)")
        }
        let back = PercentEncoding.decode(PercentEncoding.encode(text))
        try promise(isSame(back, text.utf8.contains(0) ? nil : text), "\(text) became \(back ?? "nothing")")
        try checkName(FileName.forDisplay(text))
    }

    private static func checkName(_ name: String) throws {
        try promise(name.utf8.count <= 255 && !name.utf8.contains(where: HTTPToken.isControl), "the name \(name)")
        try promise(!name.utf8.contains { $0 == 0x2F || $0 == 0x5C } && name != "..", "a path as a name: \(name)")
        try promise(isSame(FileName.forDisplay(name), name), "\(name) changes when read again")
        let line = ContentDisposition.attachment.value(filename: name)
        try promise(line.utf8.allSatisfy { 0x20..<0x7F ~= $0 }, "a header of \(line)")
        // As a reader sees it: the second form is the exact name.
        guard let parameters = HeaderParameters(line.dropFirst("attachment".count)), !name.isEmpty else { return }
        guard let exact = parameters.all("filename*").first else {
            return try promise(parameters.all("filename") == [Array(name.utf8)], "\(name) is sent as \(line)")
        }
        let sent = PercentEncoding.decode(String(decoding: exact.dropFirst("UTF-8''".utf8.count), as: UTF8.self))
        try promise(isSame(sent, name), "\(name) is sent as \(line)")
    }
}
