/// Where a value came from; what `argentum config` shows beside it.
package enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    case flag(String)
    case variable(String)
    /// The file that a `…_FILE` variable names.
    case secretFile(variable: String)
    case file(line: Int)
    case fallback
    case unset

    package var description: String {
        switch self {
        case .flag(let flag): flag
        case .variable(let name): name
        case .secretFile(let variable): variable
        case .file(let line): "settings file, line \(line)"
        case .fallback: "default"
        case .unset: "not set"
        }
    }
}
