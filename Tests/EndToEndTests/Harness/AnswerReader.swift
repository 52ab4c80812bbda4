/// Reads one HTTP/1.1 answer off bytes that come in pieces.
struct AnswerReader {
    private var bytes: [UInt8]
    private var start = 0
    private let more: () throws -> [UInt8]

    init(bytes: [UInt8], more: @escaping () throws -> [UInt8]) {
        self.bytes = bytes
        self.more = more
    }

    /// What came behind the answer.
    var rest: [UInt8] { Array(bytes[start...]) }

    mutating func read(isHead: Bool) throws -> Answer {
        var head = try readHead()
        // Interim answers such as 100 Continue stand before the one that counts.
        while 100..<200 ~= head.status { head = try readHead() }
        let isBodiless = isHead || head.status == 204 || head.status == 304
        let body = isBodiless ? [] : try readBody(head)
        return Answer(status: head.status, headers: head.headers, body: body)
    }

    private mutating func readHead() throws -> Answer {
        let first = try line()
        let words = first.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw HarnessFailure("No status line: '\(first.prefix(80))'")
        }
        var headers: [(name: String, value: String)] = []
        while true {
            let text = try line()
            if text.isEmpty { return Answer(status: status, headers: headers, body: []) }
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw HarnessFailure("No header line: '\(text.prefix(80))'") }
            headers.append((String(parts[0]), String(parts[1].drop { $0 == " " })))
        }
    }

    private mutating func readBody(_ head: Answer) throws -> [UInt8] {
        if head["transfer-encoding"]?.lowercased() == "chunked" { return try readChunks() }
        if let length = head["content-length"].flatMap({ Int($0) }) { return try take(length) }
        while try fill() {}
        defer { start = bytes.count }
        return Array(bytes[start...])
    }

    private mutating func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let size = try line()
            guard let count = Int(size.prefix { $0 != ";" }, radix: 16) else {
                throw HarnessFailure("No chunk size: '\(size.prefix(40))'")
            }
            if count == 0 { break }
            body += try take(count)
            _ = try line()
        }
        while try !line().isEmpty {}
        return body
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        while bytes.count - start < count {
            guard try fill() else {
                throw HarnessFailure("The answer ended after \(bytes.count - start) of \(count) bytes.")
            }
        }
        defer { start += count }
        return Array(bytes[start..<start + count])
    }

    private mutating func line() throws -> String {
        var looked = start
        while true {
            if let end = bytes[looked...].firstIndex(of: UInt8(ascii: "\n")) {
                let text = String(decoding: bytes[start..<end], as: UTF8.self)
                start = end + 1
                return text.hasSuffix("\r") ? String(text.dropLast()) : text
            }
            looked = bytes.count
            guard try fill() else { throw HarnessFailure("The connection was closed without an answer.") }
        }
    }

    private mutating func fill() throws -> Bool {
        let piece = try more()
        bytes += piece
        return !piece.isEmpty
    }
}
