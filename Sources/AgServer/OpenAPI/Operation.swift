package import AgHTTP
package import AgLibrary

/// Who may call a route.
package enum RouteAccess: Sendable, Hashable {
    /// Anybody.
    case open
    /// A credential of this scope or a wider one.
    case scope(TokenScope)
    /// A credential is checked when one is sent; without one the handler decides, by a signature for example.
    case scopeOrHandler(TokenScope)
}

/// One route as clients see it: what the router admits and what the document says come from here.
package struct Operation: Sendable {
    package let method: HTTPMethod
    package let path: String
    package let summary: String
    /// The heading it stands under.
    package let tag: String
    package let access: RouteAccess
    package var parameters: [OperationParameter]
    package var body: OperationBody?
    package var answers: [OperationAnswer]
    /// 64 KiB unless said otherwise: no JSON that we take is longer.
    package var maxBodyBytes: Int64
    /// Which pages of other origins may read the answers.
    package var crossOrigin: CrossOrigin

    package init(
        _ method: HTTPMethod, _ path: String, _ summary: String, tag: String, access: RouteAccess,
        parameters: [OperationParameter] = [], body: OperationBody? = nil, answers: [OperationAnswer],
        maxBodyBytes: Int64 = 64 << 10, crossOrigin: CrossOrigin = .listed
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.tag = tag
        self.access = access
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.maxBodyBytes = maxBodyBytes
        self.crossOrigin = crossOrigin
    }
}

package struct OperationParameter: Sendable {
    package enum Place: String, Sendable {
        case path
        case query
        case header
    }

    package let place: Place
    package let name: String
    package let schema: Schema
    package let about: String

    package static func path(_ name: String, _ schema: Schema = .uuid, _ about: String) -> OperationParameter {
        OperationParameter(place: .path, name: name, schema: schema, about: about)
    }

    /// Query items are optional, all of them.
    package static func query(_ name: String, _ schema: Schema, _ about: String) -> OperationParameter {
        OperationParameter(place: .query, name: name, schema: schema, about: about)
    }

    package static func header(_ name: String, _ schema: Schema, _ about: String) -> OperationParameter {
        OperationParameter(place: .header, name: name, schema: schema, about: about)
    }
}

package struct OperationBody: Sendable {
    package let mediaType: String
    package let schema: Schema
    package let isRequired: Bool

    package static func json(_ schema: Schema, isRequired: Bool = true) -> OperationBody {
        OperationBody(mediaType: "application/json", schema: schema, isRequired: isRequired)
    }

    package static func multipart(_ schema: Schema) -> OperationBody {
        OperationBody(mediaType: "multipart/form-data", schema: schema, isRequired: true)
    }

    package static func raw(_ mediaType: String = "application/octet-stream") -> OperationBody {
        OperationBody(mediaType: mediaType, schema: .binary, isRequired: true)
    }
}

/// One status that the route answers with. Problems that follow from its access, parameters and body need no mention:
/// `Operation.allAnswers` adds them.
package struct OperationAnswer: Sendable {
    package let status: Int
    package let about: String
    package let content: [(mediaType: String, schema: Schema)]

    package static func json(_ status: Int = 200, _ about: String, _ schema: Schema) -> OperationAnswer {
        OperationAnswer(status: status, about: about, content: [("application/json", schema)])
    }

    /// Named beside a picture's own type: some generators of clients know no other type of bytes and would leave the answer
    /// out.
    private static let anyBytes = "application/octet-stream"

    package static func bytes(_ status: Int = 200, _ about: String, _ mediaTypes: [String]) -> OperationAnswer {
        OperationAnswer(status: status, about: about, content: (mediaTypes + [anyBytes]).map { ($0, .binary) })
    }

    package static func text(_ status: Int = 200, _ about: String, _ mediaType: String) -> OperationAnswer {
        OperationAnswer(status: status, about: about, content: [(mediaType, .string)])
    }

    package static func empty(_ status: Int = 204, _ about: String) -> OperationAnswer {
        OperationAnswer(status: status, about: about, content: [])
    }

    /// A problem worth naming, such as the 409 of a conflict.
    package static func problem(_ status: Int, _ about: String) -> OperationAnswer {
        OperationAnswer(status: status, about: about, content: [("application/problem+json", CommonSchemas.problem)])
    }
}
