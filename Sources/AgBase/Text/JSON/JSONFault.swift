/// Why bytes are no JSON, and where.
package struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// Something else stands there than may stand there.
        case expected(String)
        case endsTooEarly
        case trailingBytes
        case tooDeep(limit: Int)
        case duplicateMember
        case controlCharacter
        case nul
        case loneSurrogate
        case invalidEscape
        case invalidUTF8
    }

    package let reason: Reason
    /// In bytes from the beginning.
    package let offset: Int
    /// From 1.
    package let line: Int
    /// From 1, in characters as Unicode counts code points.
    package let column: Int

    init(_ reason: Reason, at offset: Int, in bytes: [UInt8]) {
        self.reason = reason
        self.offset = offset
        let before = bytes[..<min(offset, bytes.count)]
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
    }

    package var description: String { "line \(line), column \(column): \(complaint)" }

    private var complaint: String {
        switch reason {
        case .expected(let what): "\(what) must stand here"
        case .endsTooEarly: "the text ends too early"
        case .trailingBytes: "something stands behind the value"
        case .tooDeep(let limit): "arrays and objects are nested deeper than \(limit)"
        case .duplicateMember: "the object has a member of this name already"
        case .controlCharacter: "a control character must be written as an escape"
        case .nul: "texts with a NUL character are not taken"
        case .loneSurrogate: "half of a surrogate pair stands alone"
        case .invalidEscape: "there is no such escape"
        case .invalidUTF8: "the bytes are not UTF-8"
        }
    }
}
