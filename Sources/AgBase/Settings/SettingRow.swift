/// One setting, written once: its name, its kind, its help, its default, and where its value lands.
///
/// `Target` holds the settings of what is set. The default is what a fresh target holds at the place where the value lands, so
/// it is written in the target alone.
package struct SettingRow<Target: SettingTarget>: Sendable {
    package let definition: SettingDefinition
    private let apply: @Sendable (Settings, inout Target) throws -> Void

    /// A setting whose value lands as it is.
    package init<Value: SettingWritable>(
        _ name: String, _ kind: SettingKind, _ place: any WritableKeyPath<Target, Value> & Sendable, help: String
    ) {
        self.init(
            SettingDefinition(name, kind, default: Target.initial[keyPath: place].settingText, help: help)
        ) { (value: Value, target: inout Target) in target[keyPath: place] = value }
    }

    /// A setting without a default: unset, it leaves its place empty.
    package init<Value: SettingReadable>(
        _ name: String, _ kind: SettingKind, _ place: any WritableKeyPath<Target, Value?> & Sendable, help: String
    ) {
        self.init(SettingDefinition(name, kind, help: help)) { (value: Value, target: inout Target) in
            target[keyPath: place] = value
        }
    }

    /// A setting whose value is checked or changed on its way. `land` is called when the setting has a value, given or by
    /// default, after the rows above it; it throws `SettingsProblem`.
    package init<Value: SettingReadable>(
        _ definition: SettingDefinition, land: @escaping @Sendable (Value, inout Target) throws -> Void
    ) {
        self.init(definition) { (value: Value, target: inout Target, _: Bool) in try land(value, &target) }
    }

    /// The same, with whether the value was given rather than left at its default.
    package init<Value: SettingReadable>(
        _ definition: SettingDefinition,
        landing: @escaping @Sendable (_ value: Value, _ target: inout Target, _ isGiven: Bool) throws -> Void
    ) {
        self.definition = definition
        let setting = Setting<Value>(definition)
        apply = { settings, target in
            guard let value = settings[setting] else { return }
            try landing(value, &target, settings.isGiven(definition.name))
        }
    }

    /// Puts the setting's value where it belongs. Throws `SettingsProblem`.
    package func land(_ settings: Settings, in target: inout Target) throws {
        try apply(settings, &target)
    }
}

/// What settings land in.
package protocol SettingTarget: Sendable {
    /// Everything at its default.
    static var initial: Self { get }
}

/// A Swift type that can also be written as a setting's text, which reads back as the same value.
package protocol SettingWritable: SettingReadable {
    var settingText: String { get }
}

extension String: SettingWritable {
    package var settingText: String { self }
}

extension Int: SettingWritable {
    package var settingText: String { "\(self)" }
}

extension Bool: SettingWritable {
    package var settingText: String { self ? "true" : "false" }
}

extension Duration: SettingWritable {}

extension [String]: SettingWritable {
    package var settingText: String { joined(separator: ",") }
}

/// A number of bytes.
extension Int64: SettingWritable {
    /// In the largest unit that loses nothing: `100 MB`.
    package var settingText: String {
        let units = ["", " KB", " MB", " GB", " TB"]
        var (count, unit) = (self, 0)
        while count > 0, count % 1_024 == 0, unit < units.count - 1 { (count, unit) = (count / 1_024, unit + 1) }
        return "\(count)\(units[unit])"
    }
}
