import AgBase
import CMicrohttpd
import Glibc

@testable import AgHTTP

/// A request's header fields as they lie in memory behind libmicrohttpd, one per line; the first byte chooses the version.
package enum RequestHeadFuzz: FuzzTarget {
    package static let name = "request-head"

    package static func run(_ input: [UInt8]) throws {
        guard let first = input.first else { return }
        let lines = input.dropFirst().split(separator: 10).prefix(100)
        let block = unsafe HeaderBlock(adopting: memory(lines.map(Field.init)))
        let headers = HTTPHeaders(block)
        try promise(headers.fields.count == lines.count, "\(headers.fields.count) of \(lines.count) fields")
        guard block.isWellFormed else { return }
        try check(headers, version: first & 1 == 0 ? "HTTP/1.1" : "HTTP/1.0")
        let cookies = RequestCookies(headers)
        for name in ["argentum_session", "__Host-argentum_session", "a"] {
            let value = cookies[name] ?? ""
            try promise(!value.utf8.contains(UInt8(ascii: ";")), "a cookie runs on: \(value)")
        }
    }

    private static func check(_ headers: HTTPHeaders, version: String) throws {
        try promise(headers.fields.allSatisfy { HTTPToken.isToken($0.name) }, "a name that is no token")
        guard let framing = try? Framing(headers, version: version) else { return }
        let fields = headers.fields
        func count(_ name: String) -> Int { fields.count { $0.name == name } }
        try promise(count("content-length") + count("transfer-encoding") <= 1, "two lengths were accepted")
        try promise(count("host") == 1 || version == "HTTP/1.0", "\(count("host")) hosts were accepted")
        switch framing.body {
        case .none: try promise(count("transfer-encoding") == 0, "a body was overlooked")
        case .length(let length): try promise(length > 0 && length < 1_000_000_000_000_000_000, "a length of \(length)")
        case .chunked: try promise(version == "HTTP/1.1", "chunks in HTTP/1.0")
        }
    }

    private struct Field {
        let name: [UInt8]
        let value: [UInt8]

        init(_ line: ArraySlice<UInt8>) {
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            name = line[..<colon].map(ASCIICase.lower)
            value = Array(line[colon...].dropFirst().drop { $0 == 0x20 })
        }
    }

    /// The same layout as `cmhd_copy_head` gives, in one allocation.
    private static func memory(_ fields: [Field]) -> UnsafeMutablePointer<cmhd_head> {
        let bytes = fields.flatMap { $0.name + $0.value }
        let headSize = unsafe MemoryLayout<cmhd_head>.stride
        let fieldsSize = fields.count * MemoryLayout<cmhd_field>.stride
        let start = unsafe malloc(headSize + fieldsSize + bytes.count)!
        let head = unsafe start.bindMemory(to: cmhd_head.self, capacity: 1)
        let list = unsafe (start + headSize).bindMemory(
            to: cmhd_field.self, capacity: fields.count)
        let text = unsafe (start + headSize + fieldsSize).bindMemory(
            to: CChar.self, capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { unsafe text[index] = CChar(bitPattern: byte) }
        var place: UInt32 = 0
        for (index, field) in fields.enumerated() {
            let middle = place + UInt32(field.name.count)
            unsafe list[index] = cmhd_field(
                name_start: place, name_length: UInt32(field.name.count), value_start: middle,
                value_length: UInt32(field.value.count))
            place = middle + UInt32(field.value.count)
        }
        unsafe head.initialize(
            to: cmhd_head(
                count: UInt32(fields.count), memory: 0, is_plain: true, marks: marks(fields), fields: list, bytes: text)
        )
        return unsafe head
    }

    private static func marks(_ fields: [Field]) -> UInt64 {
        fields.reduce(0) { marks, field in field.name.first.map { marks | cmhd_mark(field.name.count, $0) } ?? marks }
    }
}
