extension API {
    /// JSON without a type of its own: members that belong to their writer and are kept as they are.
    ///
    /// - Important: a decoder that does not say in which order members stand, such as Foundation's, loses it here.
    public enum JSON: Codable, Hashable, Sendable {
        public struct Member: Hashable, Sendable {
            public var name: String
            public var value: JSON

            public init(name: String, value: JSON) {
                self.name = name
                self.value = value
            }
        }

        case null
        case bool(Bool)
        case int(Int64)
        case number(Double)
        case string(String)
        case array([JSON])
        case object([Member])

        /// The member of an object; `nil` for anything else and when there is none.
        public subscript(_ name: String) -> JSON? {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.name == name }?.value
        }

        public var string: String? {
            if case .string(let text) = self { text } else { nil }
        }

        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        public init(from decoder: any Decoder) throws {
            if let members = try? decoder.container(keyedBy: Name.self) {
                self = .object(
                    try members.allKeys.map {
                        Member(name: $0.stringValue, value: try members.decode(JSON.self, forKey: $0))
                    })
            } else if var items = try? decoder.unkeyedContainer() {
                var all: [JSON] = []
                while !items.isAtEnd { all.append(try items.decode(JSON.self)) }
                self = .array(all)
            } else {
                self = try Self.scalar(decoder.singleValueContainer())
            }
        }

        private static func scalar(_ value: any SingleValueDecodingContainer) throws -> JSON {
            if value.decodeNil() { return .null }
            if let flag = try? value.decode(Bool.self) { return .bool(flag) }
            if let text = try? value.decode(String.self) { return .string(text) }
            if let number = try? value.decode(Int64.self) { return .int(number) }
            return .number(try value.decode(Double.self))
        }

        public func encode(to encoder: any Encoder) throws {
            switch self {
            case .object(let members):
                var container = encoder.container(keyedBy: Name.self)
                for member in members { try container.encode(member.value, forKey: Name(stringValue: member.name)) }
            case .array(let items):
                var container = encoder.unkeyedContainer()
                for item in items { try container.encode(item) }
            default: try encodeScalar(encoder.singleValueContainer())
            }
        }

        private func encodeScalar(_ container: any SingleValueEncodingContainer) throws {
            var container = container
            switch self {
            case .bool(let flag): try container.encode(flag)
            case .int(let number): try container.encode(number)
            case .number(let number): try container.encode(number)
            case .string(let text): try container.encode(text)
            default: try container.encodeNil()
            }
        }
    }
}
