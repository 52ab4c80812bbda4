import AgBase
import AgServer

/// A settings file, its values against the program's own table, and each line of it against every kind of value.
package enum SettingsFuzz: FuzzTarget {
    package static let name = "settings"

    package static func run(_ input: [UInt8]) throws {
        guard let file = try? SettingsFile(String(decoding: input, as: UTF8.self)) else { return }
        try promise(Set(file.entries.map(\.key)).count == file.entries.count, "a key is there twice")
        try checkRoundTrip(file)
        _ = try? ArgentumSettings.table.resolve(.init(file: file) { _ in "" })
        for entry in file.entries { checkKinds(entry.value) }
    }

    /// Written with quotes, the file says the same.
    private static func checkRoundTrip(_ file: SettingsFile) throws {
        let lines = file.entries.map { entry in
            let escaped = entry.value.utf8.flatMap { $0 == 0x22 || $0 == 0x5C ? [0x5C, $0] : [$0] }
            return "\(entry.key) = \"\(String(decoding: escaped, as: UTF8.self))\""
        }
        let again = try SettingsFile(lines.joined(separator: "\n"))
        try promise(
            isSame(
                again.entries.flatMap { [$0.key, $0.value] }, file.entries.flatMap { [$0.key, $0.value] }),
            "reads differently again: \(lines)")
    }

    private static func checkKinds(_ value: String) {
        let kinds: [SettingKind] = [
            .text, .int(0 ... .max), .bytes(0 ... .max), .duration(.zero ... .seconds(Int64.max / 1_000)), .bool, .list,
            .url, .choice(["webp", "avif"]),
        ]
        for kind in kinds { _ = try? kind.read(value) }
    }
}
