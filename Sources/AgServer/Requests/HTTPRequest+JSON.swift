package import AgBase
package import AgHTTP
import FoundationEssentials

extension HTTPRequest {
    /// The body as a value of JSON.
    ///
    /// Throws `Fault`: 415 when it says to be something else, 400 `invalid-json` when it is no JSON, 422 `invalid-body`
    /// when a member is missing, has another type, or is none of `members`.
    ///
    /// - Parameter members: all that the body may have; `nil` lets the others be.
    package func decode<Value: Decodable>(
        _ type: Value.Type, members: [String]? = nil, limit: Int = 1 << 20
    ) async throws -> Value {
        try requireJSON()
        let bytes = try await body.bytes(limit: limit)
        if let members { try Self.refuseStrangers(in: bytes, members) }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw Self.fault(for: error, in: bytes)
        }
    }

    /// The same where a body may be left out: without one, `fallback`.
    package func decode<Value: Decodable>(
        _ type: Value.Type, orEmpty fallback: Value, members: [String]? = nil, limit: Int = 1 << 20
    ) async throws -> Value {
        if body.declaredLength == 0 { return fallback }
        return try await decode(type, members: members, limit: limit)
    }

    /// A misspelt member that is passed over means something else than its sender meant. What is no object is left to
    /// the decoding.
    private static func refuseStrangers(in bytes: [UInt8], _ members: [String]) throws {
        let given = (try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)))?.members?.map(\.name) ?? []
        guard let stranger = given.first(where: { !members.contains($0) }) else { return }
        let hint = Suggestion.closest(to: stranger, in: members).map { "; did you mean '\($0)'?" } ?? "."
        let sentence = "'\(stranger.prefix(80))' is no member of this body\(hint)"
        throw Fault(
            .unprocessable, "invalid-body", sentence,
            details: [Fault.Detail(subject: stranger, code: "unknown-member", detail: sentence)])
    }

    /// Other sites' forms cannot send this type without asking first, which is a part of the defence against them.
    private func requireJSON() throws {
        let type = headers["content-type"]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
        guard type == "application/json" else {
            throw Fault(
                .unsupportedMediaType, "unsupported-media-type",
                "This call takes a body of type application/json, not '\(type ?? "none")'.")
        }
    }

    private static func fault(for error: DecodingError, in bytes: [UInt8]) -> Fault {
        switch error {
        case .keyNotFound(let key, let context):
            refuse(path(context.codingPath + [key]), "missing", "is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            refuse(path(context.codingPath), "wrong-type", "has another type than this call takes")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            refuse(path(context.codingPath), "invalid-value", "is not allowed: \(context.debugDescription)")
        // A number that does not fit its member is reported without a path, like text that is no JSON at all.
        case .dataCorrupted where (try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))) != nil:
            refuse("", "invalid-value", "holds a number that does not fit where it stands")
        default: Fault(.badRequest, "invalid-json", "The body is not JSON.")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }

    private static func refuse(_ subject: String, _ code: String, _ complaint: String) -> Fault {
        let name = subject.isEmpty ? "The body" : "'\(subject)'"
        let sentence = "\(name) \(complaint)."
        return Fault(
            .unprocessable, "invalid-body", sentence,
            details: [Fault.Detail(subject: subject, code: code, detail: sentence)])
    }
}

extension HTTPResponse {
    /// An answer that is built by hand.
    package static func answer(_ status: Int = 200, _ value: JSONValue) -> HTTPResponse {
        json(status, bytes: Array(value.text.utf8))
    }
}
