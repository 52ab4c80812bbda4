import AgBase
import AgCrypto
import AgWire
import Glibc
import Testing

/// Files under Tests.
enum TestFiles {
    static let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    static func bytes(_ path: String) throws -> [UInt8] {
        let file = try OpenFile(reading: "\(folder)/\(path)")
        return try file.read(at: 0, count: Int(try file.length()))
    }

    static func json(_ path: String) throws -> JSONValue { try JSONValue(json: try bytes(path)) }
}

/// Tests/WireReader/wire.py, a reader that shares no code with ours.
enum OtherReader {
    static func judge(_ cases: [JSONValue]) throws -> [JSONValue] {
        var template = Array("/tmp/argentum-wire-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let text = Array(JSONValue.array(cases).text.utf8)
        try #require(write(descriptor, text, text.count) == text.count)
        close(descriptor)
        let output = try run("python3 '\(TestFiles.folder)/WireReader/wire.py' read '\(path)'")
        return try #require(try JSONValue(json: output).array)
    }

    static func run(_ command: String) throws -> [UInt8] {
        let stream = try #require(popen(command, "r"))
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { output += buffer.prefix(count) }
        try #require(pclose(stream) == 0, "\(command) failed")
        return output
    }
}

extension JSONValue {
    func text(_ name: String) throws -> String { try #require(self[name]?.string, "\(name) is missing") }
    func hex(_ name: String) throws -> [UInt8] {
        let digits = try text(name)
        return try #require(Hex.decode(digits))
    }
}

extension SecretBytes {
    var bytes: [UInt8] { reveal { [UInt8](copying: $0) } }
}

extension SealedPicture {
    static func seal(_ picture: [UInt8], format: UInt8) -> (seal: ContentSeal, body: [UInt8]) {
        var body = [UInt8](repeating: 0, count: picture.count + formatByteCount)
        let seal = body.withMutableBytes { out in Self.seal(picture.span.bytes, format: format, into: &out) }
        return (seal, body)
    }
}
