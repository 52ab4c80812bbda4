/// The head of an answer out of its lines. Pure.
struct HeadReader {
    struct Head: Sendable {
        var status = 0
        var headers = HeaderFields()
    }

    enum Step {
        case more
        /// The final head: 100 and its like announce it, and are dropped.
        case done(Head)
        case malformed
        case tooLarge
    }

    static let limit = 256 << 10

    private var head = Head()
    private var count = 0
    private(set) var isDone = false

    /// Takes a line with its end, as libcurl gives it.
    mutating func take(_ line: some Collection<UInt8>) -> Step {
        // Trailers stand behind the body; they are not read.
        guard !isDone else { return .more }
        count += line.count
        guard count <= Self.limit else { return .tooLarge }
        if line.starts(with: Array("HTTP/".utf8)) { return begin(line) }
        guard line.contains(where: { $0 != 0x0D && $0 != 0x0A }) else { return end() }
        if let field = HeaderFields.field(line) { head.headers.append(field) }
        return .more
    }

    private mutating func begin(_ line: some Collection<UInt8>) -> Step {
        let words = line.split(whereSeparator: { [0x20, 0x0D, 0x0A].contains($0) })
        guard words.count >= 2, let status = Int(String(decoding: words[1], as: UTF8.self)), 100...999 ~= status else {
            return .malformed
        }
        head = Head(status: status)
        return .more
    }

    private mutating func end() -> Step {
        guard head.status >= 200 else { return .more }
        isDone = true
        return .done(head)
    }
}
