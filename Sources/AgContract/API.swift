/// The values of Argentum's HTTP interface: what calls send and what they are answered with, as JSON.
///
/// The server builds its answers from these values and reads its input into them; clients read and write the same ones. There
/// is nothing here that a client of another platform lacks: no system calls, no Foundation.
///
/// - Members that this version does not know are ignored, so that a client outlives its server's next version.
/// - A member marked `@Nullable` is always there and may be null; a plain optional one may be left out.
/// - Words such as a status are open (`APIText`): a newer server's word is kept and shown, not refused.
public enum API {}

/// A text on the wire with a meaning of its own: an id, a moment, a word of a list that may grow.
public protocol APIText: RawRepresentable, Codable, Hashable, Sendable, CustomStringConvertible
where RawValue == String {
    init(rawValue: String)
}

extension APIText {
    public var description: String { rawValue }
}

extension API {
    /// The id of a thing of one kind, a UUID in lower case. `Subject` keeps an image's id from being passed for a job's.
    public struct Identifier<Subject>: APIText {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// A moment in UTC as RFC 3339 has it, to the millisecond: `2026-05-03T12:13:14.150Z`. In this form the order of the
    /// texts is the order of the moments.
    public struct Moment: APIText, Comparable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static func < (a: Moment, b: Moment) -> Bool { a.rawValue < b.rawValue }
    }
}

/// A member that every answer has, with null for "none". A client takes a missing one for null.
@propertyWrapper
public struct Nullable<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    public var wrappedValue: Value?

    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}

extension KeyedDecodingContainer {
    public func decode<Value>(_ type: Nullable<Value>.Type, forKey key: Key) throws -> Nullable<Value> {
        Nullable(wrappedValue: try decodeIfPresent(Value.self, forKey: key))
    }
}

// Members of these types are most of every answer: they are written as the texts they are, without an encoder for each.
extension KeyedEncodingContainer {
    public mutating func encode<Value>(_ value: Nullable<Value>, forKey key: Key) throws {
        guard let value = value.wrappedValue else { return try encodeNil(forKey: key) }
        try encode(value, forKey: key)
    }

    public mutating func encode(_ text: Nullable<String>, forKey key: Key) throws {
        guard let text = text.wrappedValue else { return try encodeNil(forKey: key) }
        try encode(text, forKey: key)
    }

    public mutating func encode<Text: APIText>(_ text: Nullable<Text>, forKey key: Key) throws {
        guard let text = text.wrappedValue else { return try encodeNil(forKey: key) }
        try encode(text.rawValue, forKey: key)
    }

    public mutating func encode<Text: APIText>(_ text: Text, forKey key: Key) throws {
        try encode(text.rawValue, forKey: key)
    }
}

/// An object of the interface.
public protocol APIValue: Codable, Hashable, Sendable {}

extension Array: APIValue where Element: APIValue {}

/// The body of a call. The server refuses other members than these: a misspelt one would do something else than was meant.
public protocol APIRequest: APIValue {
    associatedtype CodingKeys: CodingKey & CaseIterable
}

extension APIRequest {
    /// The names of all members.
    public static var members: [String] { CodingKeys.allCases.map(\.stringValue) }
}
