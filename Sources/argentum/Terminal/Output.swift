import AgBase
import AgContract
import Glibc

/// Where a command's results go: lines for people on a terminal, JSON lines for programs.
struct Output: Sendable {
    /// Whether results are JSON: asked for, or nobody is looking.
    let isJSON: Bool
    /// Whether a progress bar would be seen.
    let hasBar: Bool

    /// - Parameter defaultsToLines: for commands whose plain output is useful in a pipe too.
    init(wantsJSON: Bool, defaultsToLines: Bool = true) {
        isJSON = wantsJSON || (!defaultsToLines && !Self.isTerminal(1))
        hasBar = Self.isTerminal(2) && !wantsJSON
    }

    static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// A line on standard output. Much of it comes from a server, which must not steer the terminal; in JSON the escapes
    /// mean the same characters.
    func line(_ text: String) {
        Self.write(VisibleText.escaping(text, keepsLines: true) + "\n", to: 1)
    }

    /// A result, in the form that is wanted.
    func result(_ json: JSONValue, _ text: @autoclosure () -> String) {
        line(isJSON ? json.text : text())
    }

    /// A list: a table for people, a line for each for programs.
    func results<Value: APIValue>(_ values: [Value], _ row: (Value) -> [String]) throws {
        if isJSON {
            for value in values { line(try JSONText.of(value)) }
        } else if !values.isEmpty {
            line(table(values.map(row)))
        }
    }

    /// A remark on standard error.
    static func remark(_ text: String) {
        write(VisibleText.escaping(text, keepsLines: true) + "\n", to: 2)
    }

    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // The reader of a pipe has left: `argentum list | head` has all it wanted.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Columns of text, padded to line up. What a cell holds stays in its line.
func table(_ rows: [[String]]) -> String {
    let rows = rows.map { $0.map { VisibleText.escaping($0) } }
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
        rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    let lines = rows.map { row in
        let cells = row.enumerated().map { index, cell in
            index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
        }
        return cells.joined(separator: "  ")
    }
    return lines.joined(separator: "\n")
}
