import AgBase
import AgCrypto
import Testing

/// Published vectors as they were published: `name = value` lines, a block per case, groups in brackets, comments.
enum VectorFile {
    struct Case: Sendable, CustomTestStringConvertible {
        var values: [String: String] = [:]
        /// A line of one word, which says that the case must be refused.
        var isRefused = false

        var testDescription: String { values["Count"] ?? values["COUNT"] ?? values.values.first ?? "" }

        func bytes(_ name: String) throws -> [UInt8] {
            let digits = try #require(values[name], "\(name) is missing")
            return try #require(Hex.decode(digits))
        }

        func number(_ name: String) throws -> Int { try #require(values[name].flatMap { Int($0) }) }
    }

    static func cases(_ name: String) throws -> [Case] {
        var cases: [Case] = []
        var current = Case()
        for line in try text(name).split(separator: "\n", omittingEmptySubsequences: false) {
            let line = line.filter { $0 != "\r" }
            if line.isEmpty {
                if current.values.count > 1 {
                    cases.append(current)
                    current = Case()
                }
            } else if !line.hasPrefix("#"), !line.hasPrefix("[") {
                read(line, &current)
            }
        }
        if current.values.count > 1 { cases.append(current) }
        try #require(!cases.isEmpty, "\(name) holds no case")
        return cases
    }

    private static func read(_ line: String, _ current: inout Case) {
        let words = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2 else {
            current.isRefused = true
            return
        }
        current.values[trim(words[0])] = trim(words[1])
    }

    private static func trim(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func text(_ name: String) throws -> String {
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let file = try OpenFile(reading: "\(root)/Tests/Vectors/crypto/\(name)")
        return String(decoding: try file.read(at: 0, count: Int(try file.length())), as: UTF8.self)
    }
}

extension SecretBytes {
    var bytes: [UInt8] { reveal { [UInt8](copying: $0) } }
}
