package import AgBase

/// The values of a pattern's `{names}` in one path.
package struct PathParameters: Sendable {
    /// A path has few holes: a walk finds a name sooner than a hash.
    private let values: [(name: String, value: String)]

    package init(_ values: KeyValuePairs<String, String> = [:]) {
        self.init(values.map { ($0.key, $0.value) })
    }

    init(_ values: [(name: String, value: String)]) {
        self.values = values
    }

    /// The value as the wanted type. A value that cannot exist throws `Fault` 404: a client cannot tell it from one that does not.
    package subscript<Value: PathParameter>(_ name: String) -> Value {
        get throws {
            guard let text = values.first(where: { $0.name == name })?.value else {
                preconditionFailure("The route's pattern has no {\(name)}; it has \(values.map(\.name))")
            }
            guard let value = Value(pathSegment: text) else {
                throw Fault(.notFound, "not-found", "There is no such thing here.")
            }
            return value
        }
    }
}

/// A type that a path segment can be read as.
package protocol PathParameter {
    /// `nil` when no such value can exist.
    init?(pathSegment: String)
}

extension String: PathParameter {
    package init?(pathSegment: String) {
        self = pathSegment
    }
}

extension Int: PathParameter {
    package init?(pathSegment: String) {
        guard pathSegment.utf8.first != UInt8(ascii: "+") else { return nil }
        self.init(pathSegment)
    }
}

extension Identifier: PathParameter {
    package init?(pathSegment: String) {
        self.init(untrusted: pathSegment)
    }
}
