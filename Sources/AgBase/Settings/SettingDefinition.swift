/// One row of a table of settings: everything that the flag, the variable, the file and the help need to know.
package struct SettingDefinition: Sendable, Hashable {
    /// Kebab-case; the flag is `--name` and the key in the file is `name`.
    package let name: String
    package let kind: SettingKind
    /// As it would be written in the file; `nil` leaves the setting unset.
    package let fallback: String?
    /// One line for people.
    package let help: String
    /// A secret is never printed, and can be given as a file by the variable with `_FILE` at its end.
    package let isSecret: Bool
    /// A URL that may hold a password: that part is never printed nor taken as a flag, which other users of the machine can
    /// read, and the whole can be given as a file like a secret.
    package let mayHoldPassword: Bool
    /// Options of a single command call, such as `--wait`, have neither a variable nor a place in the file.
    package let isOption: Bool

    package init(
        _ name: String, _ kind: SettingKind, default fallback: String? = nil, help: String, isSecret: Bool = false,
        mayHoldPassword: Bool = false, isOption: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
        self.help = help
        self.isSecret = isSecret
        self.mayHoldPassword = mayHoldPassword
        self.isOption = isOption
    }

    /// Whether a variable with `_FILE` at its end names a file that holds the value.
    var canBeFile: Bool { isSecret || mayHoldPassword }

    package var flag: String { "--\(name)" }

    /// `max-upload` becomes `ARGENTUM_MAX_UPLOAD`.
    package var variable: String {
        SettingsTable.variablePrefix + String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    }
}

/// A definition together with the Swift type its value is read as: `settings[.port]` is an `Int`.
package struct Setting<Value: SettingReadable>: Sendable {
    package let definition: SettingDefinition

    package init(_ definition: SettingDefinition) {
        self.definition = definition
    }
}
