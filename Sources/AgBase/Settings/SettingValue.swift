/// A setting's value after reading, in the shape its kind gives it.
package enum SettingValue: Sendable, Hashable {
    case text(String)
    case int(Int)
    /// A number of bytes.
    case bytes(Int64)
    case duration(Duration)
    case bool(Bool)
    case list([String])
}

/// A Swift type that a setting can be read as.
package protocol SettingReadable: Sendable {
    /// `nil` when the value has another shape, which only a wrong definition can cause.
    init?(settingValue: SettingValue)
}

extension String: SettingReadable {
    package init?(settingValue: SettingValue) {
        guard case .text(let text) = settingValue else { return nil }
        self = text
    }
}

extension Int: SettingReadable {
    package init?(settingValue: SettingValue) {
        guard case .int(let number) = settingValue else { return nil }
        self = number
    }
}

extension Int64: SettingReadable {
    package init?(settingValue: SettingValue) {
        guard case .bytes(let count) = settingValue else { return nil }
        self = count
    }
}

extension Duration: SettingReadable {
    package init?(settingValue: SettingValue) {
        guard case .duration(let duration) = settingValue else { return nil }
        self = duration
    }
}

extension Bool: SettingReadable {
    package init?(settingValue: SettingValue) {
        guard case .bool(let flag) = settingValue else { return nil }
        self = flag
    }
}

extension [String]: SettingReadable {
    package init?(settingValue: SettingValue) {
        guard case .list(let list) = settingValue else { return nil }
        self = list
    }
}
