package import AgBase
package import AgHTTP
import FoundationEssentials

extension HTTPRequest {
    /// The body as a value of JSON.
    ///
    /// Throws `Fault`: 415 when it says to be something else, 400 `invalid-json` when it is no JSON, 422 `invalid-body`
    /// when a member is missing or has another type.
    package func decode<Value: Decodable>(_ type: Value.Type, limit: Int = 1 << 20) async throws -> Value {
        try requireJSON()
        let bytes = try await body.bytes(limit: limit)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw Self.fault(for: error, in: bytes)
        }
    }

    /// The same where a body may be left out: without one, `fallback`.
    package func decode<Value: Decodable>(
        _ type: Value.Type, orEmpty fallback: Value, limit: Int = 1 << 20
    ) async throws -> Value {
        if body.declaredLength == 0 { return fallback }
        return try await decode(type, limit: limit)
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
