package import AgBase

/// A JSON Schema (draft 2020-12), as far as our answers need one.
package indirect enum Schema: Sendable {
    case string
    /// A string with a format that tools know: `date-time`, `uuid`, `uri`, `byte`.
    case formatted(String)
    case words([String])
    case integer(minimum: Int64?, maximum: Int64?)
    case number
    case boolean
    case array(Schema)
    case object([SchemaField])
    /// An object of a call's body: other members than these are refused.
    case closed([SchemaField])
    /// Any JSON object.
    case anyObject
    case nullable(Schema)
    /// Bytes in a multipart field or a raw body.
    case binary
    /// Stands once in the document, under its name.
    case named(String, Schema)
    /// A JSON Schema of your own, for what the cases above cannot say.
    case raw(JSONValue)

    package static let integer = Schema.integer(minimum: nil, maximum: nil)
    package static let count = Schema.integer(minimum: 0, maximum: nil)
    package static let dateTime = Schema.formatted("date-time")
    package static let uuid = Schema.formatted("uuid")

    /// A text of so many characters (code points) without control characters.
    package static func text(_ length: ClosedRange<Int>) -> Schema {
        .raw([
            "type": "string", "minLength": .int(length.lowerBound), "maxLength": .int(length.upperBound),
            "pattern": #"^[^\u0000-\u001F\u007F]*$"#,
        ])
    }

    /// A text of the characters in `set`, written as in a regular expression.
    package static func text(of set: String, _ length: ClosedRange<Int>) -> Schema {
        .raw([
            "type": "string", "minLength": .int(length.lowerBound), "maxLength": .int(length.upperBound),
            "pattern": .string("^[\(set)]*$"),
        ])
    }

    package static func list(of item: Schema, _ length: ClosedRange<Int>) -> Schema {
        .raw([
            "type": "array", "items": item.json, "minItems": .int(length.lowerBound),
            "maxItems": .int(length.upperBound),
        ])
    }
}

/// A member of an object.
package struct SchemaField: Sendable {
    package let name: String
    package let schema: Schema
    package let isRequired: Bool
    package let about: String?

    /// Required, unless said otherwise.
    package init(_ name: String, _ schema: Schema, isRequired: Bool = true, about: String? = nil) {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.about = about
    }

    package static func optional(_ name: String, _ schema: Schema, about: String? = nil) -> SchemaField {
        SchemaField(name, schema, isRequired: false, about: about)
    }
}
