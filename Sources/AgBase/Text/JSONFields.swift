/// A small JSON object, written field by field in the order given: events and log entries.
package struct JSONFields: Sendable {
    package private(set) var text = "{}"

    package init() {}

    /// Adds a string; `nil` adds nothing.
    package mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        add(name, raw: JSONText.quote(value))
    }

    package mutating func add(_ name: String, _ value: Int64) {
        add(name, raw: "\(value)")
    }

    package mutating func add(_ name: String, _ value: Bool) {
        add(name, raw: value ? "true" : "false")
    }

    /// Adds a value that is JSON already.
    package mutating func add(_ name: String, raw value: String) {
        text.removeLast()
        text += text == "{" ? "" : ","
        text += "\(JSONText.quote(name)):\(value)}"
    }
}
