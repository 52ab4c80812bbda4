package import AgBase
package import AgHTTP

/// Reads query items as what they must be. A wrong one throws `Fault` 400 `invalid-query` that names it.
package struct QueryReader {
    private let query: HTTPQuery

    package init(_ request: HTTPRequest) {
        query = request.query
    }

    package func text(_ name: String) throws -> String? {
        try query[name]
    }

    package func int(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        try int(name, in: range) ?? fallback
    }

    package func int(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try query[name] else { return nil }
        guard let number = Self.number(text).flatMap(Int.init(exactly:)), range.contains(number) else {
            throw Self.refuse(name, "a whole number between \(range.lowerBound) and \(range.upperBound)", text)
        }
        return number
    }

    package func sequence(_ name: String) throws -> Int64? {
        guard let text = try query[name] else { return nil }
        guard let number = Self.number(text) else { throw Self.refuse(name, "a whole number from 0", text) }
        return number
    }

    /// Digits and nothing else: `Int64` alone would take `+7` and `-0` too.
    static func number(_ text: String) -> Int64? {
        text.utf8.allSatisfy { 48...57 ~= $0 } ? Int64(text) : nil
    }

    package func word(_ name: String, of words: [String]) throws -> String? {
        guard let text = try query[name] else { return nil }
        guard words.contains(text) else { throw Self.refuse(name, "one of \(words.joined(separator: ", "))", text) }
        return text
    }

    /// Words separated by commas, or given as several items; empty when there are none.
    package func words(_ name: String, of known: [String]) throws -> [String] {
        let given = try query.all(name).flatMap { $0.split(separator: ",").map(String.init) }
        if let stranger = given.first(where: { !known.contains($0) }) {
            throw Self.refuse(name, "of \(known.joined(separator: ", "))", stranger)
        }
        return given
    }

    package func id<Subject>(_ name: String, _ type: Identifier<Subject>.Type) throws -> Identifier<Subject>? {
        guard let text = try query[name] else { return nil }
        guard let id = Identifier<Subject>(untrusted: text) else { throw Self.refuse(name, "an id", text) }
        return id
    }

    /// `1`, `true` or nothing behind the name mean yes.
    package func flag(_ name: String) throws -> Bool {
        guard let text = try query[name] else { return false }
        switch text {
        case "", "1", "true": return true
        case "0", "false": return false
        default: throw Self.refuse(name, "1 or 0", text)
        }
    }

    package static func refuse(_ name: String, _ wanted: String, _ text: String) -> Fault {
        let sentence = "The query item '\(name)' must be \(wanted), not '\(text.excerpt())'."
        return Fault(
            .badRequest, "invalid-query", sentence,
            details: [Fault.Detail(subject: name, code: "invalid-value", detail: sentence)])
    }
}
