package import FoundationEssentials

/// The files of the repository that the tests are a part of. Documents are held against the program by what is here.
package enum Repository {
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Whether documents that are made from the program are written instead of compared: `make documents`.
    package static let writesDocuments = ProcessInfo.processInfo.environment["ARGENTUM_WRITE_DOCUMENTS"] == "1"

    package static func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }

    package static func write(_ text: String, to path: String) throws {
        try text.write(to: folder.appending(path: path), atomically: true, encoding: .utf8)
    }

    package static func swiftFiles(below path: String) -> [(path: String, text: String)] {
        let root = folder.appending(path: path).path
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
        return names.filter { $0.hasSuffix(".swift") }.map { name in
            (name, (try? String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)) ?? "")
        }
    }

    /// What stands in a document below a heading, up to the next heading of its level or a higher one.
    package static func section(_ heading: String, of path: String) throws -> String {
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0 == heading }) else {
            throw NoSection(path: path, heading: heading)
        }
        let level = heading.prefix { $0 == "#" }.count
        let below = lines[(start + 1)...]
        let end = below.firstIndex { 1...level ~= $0.prefix { $0 == "#" }.count && $0.contains(" ") } ?? below.endIndex
        return below[..<end].joined(separator: "\n")
    }

    package struct NoSection: Error, CustomStringConvertible {
        let path: String
        let heading: String
        package var description: String { "\(path) has no heading '\(heading)'." }
    }
}

extension StringProtocol {
    /// The rows of the Markdown tables in the text, without their heads; a cell without the blanks around it.
    package var tableRows: [[String]] {
        let lines = split(separator: "\n").map { $0.trimmedBlanks }
        return lines.indices.filter { row in
            let isRule = { (index: Int) in lines.indices.contains(index) && lines[index].hasPrefix("|--") }
            return lines[row].hasPrefix("|") && !isRule(row) && !isRule(row + 1)
        }.map { row in
            lines[row].split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmedBlanks }
        }
    }

    /// What stands between backticks.
    package var codeSpans: [String] {
        split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    }

    package var trimmedBlanks: String {
        var rest = self[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
