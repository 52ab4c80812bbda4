package import AgBase
package import AgContract
package import AgHTTP

extension HTTPRequest {
    /// Longer bodies than this are read on threads of their own: a loop serves other connections meanwhile.
    private static let longestOnLoop = 4 << 10
    /// All of a body of JSON has to be there after this time, at whatever rate it comes.
    private static let patience: Duration = .seconds(30)

    /// The body as a value of JSON.
    ///
    /// Throws `Fault`: 415 when it says to be something else, 413 when it is longer than the route takes, 408 when it is
    /// not there after half a minute, 400 `invalid-json` with the place when it is no JSON, 422 `invalid-body` when a
    /// member is missing, has another type, or is none of `members`.
    ///
    /// - Parameter members: all that the body may have; `nil` ignores others.
    package func decode<Value: Decodable & Sendable>(
        _ type: Value.Type, members: [String]? = nil
    ) async throws -> Value {
        try requireJSON()
        let bytes = try await body.bytes(within: Self.patience)
        guard bytes.count > Self.longestOnLoop else { return try JSONBody(bytes).decode(type, members) }
        return try await JSONBody.pool.run { try JSONBody(bytes).decode(type, members) }
    }

    /// The same for a body of the contract, which has no members but its own.
    package func decode<Value: APIRequest>(_ type: Value.Type) async throws -> Value {
        try await decode(type, members: Value.members)
    }

    /// The body as JSON of any shape, with its members in their order. Throws as `decode` does.
    ///
    /// - Parameters:
    ///   - types: the media types that are taken.
    ///   - patience: until when all of it must be there.
    package func json(
        types: [String] = ["application/json"], within patience: Duration = .seconds(30)
    ) async throws -> JSONValue {
        try requireJSON(types)
        let bytes = try await body.bytes(within: patience)
        guard bytes.count > Self.longestOnLoop else { return try JSONBody(bytes).json }
        return try await JSONBody.pool.run { try JSONBody(bytes).json }
    }

    /// The same where a body may be left out: without one, `fallback`.
    package func decode<Value: APIRequest>(_ type: Value.Type, orEmpty fallback: Value) async throws -> Value {
        if body.declaredLength == 0 { return fallback }
        return try await decode(type)
    }

    /// Other sites' forms cannot send this type without asking first, which is a part of the defence against them.
    private func requireJSON(_ types: [String] = ["application/json"]) throws {
        let given = headers["content-type"]
        guard given.flatMap({ MediaType($0) }).map({ types.contains($0.essence) }) ?? false else {
            throw Fault(
                .unsupportedMediaType, "unsupported-media-type",
                "This call takes a body of type application/json, not '\(given?.excerpt() ?? "none")'.")
        }
    }
}

/// The bytes of a body, read once.
private struct JSONBody {
    static let pool = BlockingPool(threads: 2, name: "json")

    let json: JSONValue

    /// Throws `Fault` 400 `invalid-json`.
    init(_ bytes: [UInt8]) throws(Fault) {
        do {
            json = try JSONValue(json: bytes)
        } catch {
            throw Fault(.badRequest, "invalid-json", "The body is not the JSON it should be: \(error).")
        }
    }

    /// Throws `Fault` 422 `invalid-body`.
    func decode<Value: Decodable>(_ type: Value.Type, _ members: [String]?) throws -> Value {
        if let members { try refuseStrangers(members) }
        do {
            return try json.decode(type)
        } catch let error as DecodingError {
            throw Self.fault(for: error)
        }
    }

    /// A misspelt member that is ignored means something else than its sender meant. What is no object is left to the
    /// decoding.
    private func refuseStrangers(_ members: [String]) throws(Fault) {
        let stranger = json.members?.first { member in !members.contains { member.isNamed($0) } }
        guard let name = stranger?.name else { return }
        let hint = Suggestion.closest(to: name, in: members).map { "; did you mean '\($0)'?" } ?? "."
        throw Self.refuse(name.excerpt(), "unknown-member", "is no member of this body\(hint)")
    }

    private static func fault(for error: DecodingError) -> Fault {
        switch error {
        case .keyNotFound(let key, let context): refuse(path(context.codingPath + [key]), "missing", "is missing.")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            refuse(path(context.codingPath), "wrong-type", "\(context.debugDescription).")
        case .dataCorrupted(let context):
            refuse(path(context.codingPath), "invalid-value", "\(context.debugDescription).")
        @unknown default: refuse("", "invalid-value", "is not what this call takes.")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }

    private static func refuse(_ subject: String, _ code: String, _ complaint: String) -> Fault {
        let sentence = "\(subject.isEmpty ? "The body" : "'\(subject)'") \(complaint)"
        return Fault(
            .unprocessable, "invalid-body", sentence,
            details: [Fault.Detail(subject: subject, code: code, detail: sentence)])
    }
}

extension HTTPResponse {
    /// An answer of the contract.
    package static func answer(_ status: Int = 200, _ value: some APIValue) throws -> HTTPResponse {
        json(status, bytes: try JSONText.bytes(of: value))
    }

    /// An answer of JSON that has no type of its own.
    package static func answer(_ status: Int = 200, _ value: JSONValue) -> HTTPResponse {
        json(status, bytes: value.bytes)
    }
}
