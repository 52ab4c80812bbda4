/// Why a text is no pattern that can be used, and where.
package struct PatternFault: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// No JavaScript engine would take it.
        case invalid
        /// JavaScript has it, and neither RE2 nor PCRE2 does the same.
        case unsupported
        /// It needs more memory than a pattern may take.
        case tooLarge
    }

    package let kind: Kind
    /// For people, without a full stop.
    package let reason: String
    /// In UTF-16 code units from the beginning, as JavaScript counts.
    package let position: Int

    /// What no JavaScript engine would take.
    init(_ reason: String, at position: Int) {
        self.init(.invalid, reason, at: position)
    }

    init(_ kind: Kind, _ reason: String, at position: Int) {
        self.kind = kind
        self.reason = reason
        self.position = position
    }

    package var description: String { "\(reason) (at character \(position + 1))" }
}
