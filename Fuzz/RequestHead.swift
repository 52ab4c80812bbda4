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
        let block = block(lines.map(split))
        let headers = HTTPHeaders(block)
        try promise(headers.fields.count == lines.count, "\(headers.fields.count) of \(lines.count) fields")
        let isWellFormed = headers.fields.allSatisfy { field in
            HTTPToken.isToken(field.name) && !field.value.utf8.contains { HTTPToken.isControl($0) && $0 != 0x09 }
        }
        try promise(block.isWellFormed == isWellFormed, "a head is well formed in two ways")
        try checkKnown(headers)
        guard block.isWellFormed else { return }
        try check(headers, version: first & 1 == 0 ? "HTTP/1.1" : "HTTP/1.0")
        let cookies = RequestCookies(headers)
        for name in ["argentum_session", "__Host-argentum_session", "a"] {
            let value = cookies[name] ?? ""
            try promise(!value.utf8.contains(UInt8(ascii: ";")), "a cookie runs on: \(value)")
        }
    }

    /// What was noted while the head was copied is what its fields say.
    private static func checkKnown(_ headers: HTTPHeaders) throws {
        for name in KnownNames(rawValue: .max >> (32 - CMHD_KNOWN_COUNT.rawValue)).each {
            let values = headers.all(name.text)
            try promise(headers.first(name) == values.first, "\(name.text) has another first value")
            try promise(headers.contains(any: name) == !values.isEmpty, "\(name.text) is there in two ways")
            try promise(headers.repeats(any: name) == (values.count > 1), "\(name.text) is there \(values.count) times")
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

    /// A line's name and value.
    private static func split(_ line: ArraySlice<UInt8>) -> (name: [UInt8], value: [UInt8]) {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        return (Array(line[..<colon]), Array(line[colon...].dropFirst().drop { $0 == 0x20 }))
    }

    private static func block(_ fields: [(name: [UInt8], value: [UInt8])]) -> HeaderBlock {
        // All bytes in one place, as in the library's memory.
        let bytes = fields.flatMap { $0.name + $0.value }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            var raw: [cmhd_raw_field] = unsafe []
            var place = 0
            for (name, value) in fields {
                let start = unsafe UnsafeRawPointer(bytes.baseAddress).map { unsafe $0 + place }
                let text = unsafe start?.assumingMemoryBound(to: CChar.self)
                unsafe raw.append(
                    cmhd_raw_field(
                        name: text, value: text.map { unsafe $0 + name.count }, name_length: name.count,
                        value_length: value.count))
                place += name.count + value.count
            }
            return unsafe HeaderBlock(adopting: cmhd_make_head(raw, raw.count)!)
        }
    }
}
