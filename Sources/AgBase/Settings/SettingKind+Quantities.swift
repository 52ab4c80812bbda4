/// Quantities: a number and a unit.

private let byteUnits: [(names: [String], size: Int64)] = [
    (["", "b"], 1),
    (["k", "kb", "kib"], 1_024),
    (["m", "mb", "mib"], 1_024 * 1_024),
    (["g", "gb", "gib"], 1_024 * 1_024 * 1_024),
    (["t", "tb", "tib"], 1_024 * 1_024 * 1_024 * 1_024),
]

private let durationUnits: [(name: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
]

func readBytes(_ text: String, _ range: ClosedRange<Int64>) throws(SettingComplaint) -> Int64 {
    let (digits, unit) = splitQuantity(text)
    guard let number = Int64(digits), number >= 0, let size = byteUnits.first(where: { $0.names.contains(unit) })?.size
    else { throw SettingComplaint("must be a number of bytes such as 1048576, 512 KB or 1 GB, not '\(text)'") }
    let (count, overflow) = number.multipliedReportingOverflow(by: size)
    guard !overflow, range.contains(count) else {
        let limits = "\(readable(byteCount: range.lowerBound)) and \(readable(byteCount: range.upperBound))"
        throw SettingComplaint("must be between \(limits), not '\(text)'")
    }
    return count
}

func readDuration(_ text: String, _ range: ClosedRange<Duration>) throws(SettingComplaint) -> Duration {
    let (digits, unit) = splitQuantity(text)
    guard let number = Int64(digits), number >= 0,
        let milliseconds = durationUnits.first(where: { $0.name == unit })?.milliseconds
    else { throw SettingComplaint("must be a number and a unit such as 500ms, 20s, 5m, 2h or 7d, not '\(text)'") }
    let (total, overflow) = number.multipliedReportingOverflow(by: milliseconds)
    guard !overflow, range.contains(.milliseconds(total)) else {
        let limits = "\(range.lowerBound.settingText) and \(range.upperBound.settingText)"
        throw SettingComplaint("must be between \(limits), not '\(text)'")
    }
    return .milliseconds(total)
}

/// `512 KB` becomes `512` and `kb`.
private func splitQuantity(_ text: String) -> (digits: String, unit: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    return (String(digits), String(text.dropFirst(digits.count)).trimmingBlanks().lowercased())
}

extension Duration {
    /// The duration as a setting is written: in the largest unit that loses nothing.
    package var settingText: String {
        let unit = durationUnits.last { milliseconds % $0.milliseconds == 0 && milliseconds >= $0.milliseconds }
        return unit.map { "\(milliseconds / $0.milliseconds)\($0.name)" } ?? "\(milliseconds)ms"
    }
}
