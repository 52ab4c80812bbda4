/// The settings in force: each value, and where it came from.
package struct Settings: Sendable {
    package struct Resolved: Sendable, Hashable {
        package let definition: SettingDefinition
        package let value: SettingValue?
        /// As it was written.
        package let text: String?
        package let source: SettingSource
    }

    package let all: [Resolved]
    /// Sentences about things that were ignored, for the log.
    package let warnings: [String]
    private let byName: [String: Resolved]

    init(_ all: [Resolved], warnings: [String]) {
        self.all = all
        self.warnings = warnings
        byName = Dictionary(uniqueKeysWithValues: all.map { ($0.definition.name, $0) })
    }

    /// The value of a setting, or `nil` when it is not set and has no default.
    package subscript<Value: SettingReadable>(_ setting: Setting<Value>) -> Value? {
        byName[setting.definition.name]?.value.flatMap(Value.init(settingValue:))
    }

    /// The value of a setting that has a default.
    package subscript<Value: SettingReadable>(required setting: Setting<Value>) -> Value {
        guard let value = self[setting] else {
            preconditionFailure("The setting \(setting.definition.name) has no value and no default")
        }
        return value
    }

    package func source(of name: String) -> SettingSource? { byName[name]?.source }

    /// Whether this value was set, rather than left at its default.
    package func isGiven(_ name: String) -> Bool {
        byName[name].map { $0.source != .fallback && $0.source != .unset } ?? false
    }
}

extension Settings.Resolved {
    /// The value as it may be shown: secrets only say that they are there.
    package var shown: String {
        guard let text else { return "" }
        if definition.isSecret { return "(secret)" }
        return definition.mayHoldPassword ? URLPassword.hidden(in: text) : text
    }
}
