/// Bytes that refuse to print themselves: logs, errors and test output show only how many there are.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// Lends the bytes for one call.
    package func reveal<Value>(_ body: ([UInt8]) throws -> Value) rethrows -> Value {
        try body(bytes)
    }

    package var isEmpty: Bool { bytes.isEmpty }
    package var description: String { "Secret(\(bytes.count) bytes)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
