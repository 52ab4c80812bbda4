import AgBase

@testable import AgHTTP

/// Range, If-Range, If-Match, If-None-Match and the dates: one line each, behind a byte that chooses the length.
package enum ConditionsFuzz: FuzzTarget {
    package static let name = "conditions"

    package static func run(_ input: [UInt8]) throws {
        guard let first = input.first else { return }
        let lines = lines(of: input.dropFirst())
        let length: Int64 = first == 255 ? .max : Int64(first)
        try checkRange([lines[0]], length)
        try checkTags(lines)
        for line in lines { try checkDate(line) }
        try checkPreconditions(lines)
    }

    private static func checkRange(_ values: [String], _ length: Int64) throws {
        guard case .part(let range) = ByteRange(values, length: length) else { return }
        let isInside = range.lowerBound >= 0 && range.upperBound <= length && !range.isEmpty
        try promise(isInside, "\(values) of \(length) became \(range)")
    }

    /// What was read reads the same when it is written as a list.
    private static func checkTags(_ lines: [String]) throws {
        guard let read = EntityTagList(lines), case EntityTagList.some(let tags) = read else { return }
        let again = EntityTagList([tags.map(\.description).joined(separator: ", ")])
        try promise(again == EntityTagList.some(tags), "\(tags) read differently again")
        try promise(tags.allSatisfy { EntityTag(parsing: $0.description) == $0 }, "a tag of \(tags) is lost")
        // Each line that is a tag of its own must be found in the list of all of them.
        let own = lines.compactMap { EntityTag(parsing: $0) }
        let list = EntityTagList(own.map(\.description))
        try promise(
            own.isEmpty || list == EntityTagList.some(own), "\(own) in a list became \(String(describing: list))")
    }

    private static func checkDate(_ line: String) throws {
        guard let moment = HTTPDate.parse(line) else { return }
        let text = HTTPDate.format(moment)
        // Weekdays are not compared, and a leap second is the next minute's first.
        try promise(HTTPDate.parse(text) == moment || moment.civilDay.year > 9_999, "\(line) became \(text)")
    }

    private static func checkPreconditions(_ lines: [String]) throws {
        let names = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"]
        let headers = HTTPHeaders(
            zip(names, lines.dropFirst()).filter { !$1.isEmpty }.map { .init(name: $0, value: $1) })
        let tag = EntityTag("a")
        let moment = Timestamp(milliseconds: 784_111_777_000)
        let read = Preconditions.evaluate(headers, method: .get, tag: tag, lastModified: moment)
        let written = Preconditions.evaluate(headers, method: .post, tag: tag, lastModified: moment)
        try promise(written != .notModified, "a POST is answered with 304")
        if headers.fields.isEmpty { try promise(read == .proceed, "no condition fails") }
        if headers["If-Range"] == "W/\"a\"" {
            try promise(
                !Preconditions.allowsRange(headers, tag: tag, lastModified: moment), "a weak tag allows a range")
        } else {
            _ = Preconditions.allowsRange(headers, tag: tag, lastModified: moment)
        }
    }
}
