/// What a setting's text must look like.
package enum SettingKind: Sendable, Hashable {
    /// Any text without control characters; not empty.
    case text
    case int(ClosedRange<Int>)
    /// `1048576`, `512 KB`, `1G`: units are steps of 1,024.
    case bytes(ClosedRange<Int64>)
    /// A number and a unit: `500ms`, `20s`, `5m`, `2h`, `7d`.
    case duration(ClosedRange<Duration>)
    /// `true` or `false` (also yes/no, on/off, 1/0). As a flag it needs no value.
    case bool
    /// One word of a closed list.
    case choice([String])
    /// Words separated by commas; blanks around them do not count.
    case list
    /// An absolute http or https address without query and fragment.
    case url
}

/// Why a text is not a value of a kind: the second half of a sentence that begins with the setting's name.
package struct SettingComplaint: Error, Sendable, Hashable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}
