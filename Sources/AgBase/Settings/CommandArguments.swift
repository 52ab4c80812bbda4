/// A command line taken apart: flags with their values, and the words that are not flags.
package struct CommandArguments: Sendable, Hashable {
    /// By the setting's name, as text; the last one given wins.
    package let flags: [String: String]
    package let words: [String]

    /// Reads `--name value`, `--name=value`, `--flag` and `--no-flag`; everything behind `--` is a word.
    ///
    /// Throws `SettingsProblem` for flags that the table does not know.
    package init(_ arguments: some Sequence<String>, _ table: SettingsTable) throws(SettingsProblem) {
        var reader = FlagReader(table: table, rest: Array(arguments)[...])
        while let argument = reader.rest.popFirst() {
            guard argument != "--" else { break }
            reader.take(argument)
        }
        guard reader.faults.isEmpty else { throw SettingsProblem(reader.faults) }
        flags = reader.flags
        words = reader.words + reader.rest
    }
}

private struct FlagReader {
    let table: SettingsTable
    var rest: ArraySlice<String>
    var flags: [String: String] = [:]
    var words: [String] = []
    var faults: [String] = []

    mutating func take(_ argument: String) {
        guard argument.hasPrefix("-"), argument != "-" else { return words.append(argument) }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1]) : nil
        guard argument.hasPrefix("--") else { return refuse(String(parts[0])) }
        take(flag: String(parts[0].dropFirst(2)), value: value)
    }

    private mutating func take(flag name: String, value: String?) {
        if let definition = table.definition(named: name) {
            flags[name] = value ?? standingValue(definition)
        } else if name.hasPrefix("no-"), value == nil, table.definition(named: String(name.dropFirst(3)))?.kind == .bool
        {
            flags[String(name.dropFirst(3))] = "false"
        } else {
            refuse("--\(name)")
        }
    }

    /// The value of a flag without `=`: the next argument, or `true` for a switch.
    private mutating func standingValue(_ definition: SettingDefinition) -> String? {
        if definition.kind == .bool { return "true" }
        guard let next = rest.first, next == "-" || !next.hasPrefix("--") else {
            faults.append("\(definition.flag) needs a value.")
            return nil
        }
        rest.removeFirst()
        return next
    }

    private mutating func refuse(_ flag: String) {
        let hint = table.hint(for: flag, among: table.definitions.map(\.flag))
        faults.append("There is no flag \(flag)\(hint.isEmpty ? "." : hint)")
    }
}
