/// The closed list of a program's settings.
package struct SettingsTable: Sendable {
    package static let variablePrefix = "ARGENTUM_"

    package let definitions: [SettingDefinition]
    /// Variables of the same prefix that other programs read.
    package let otherVariables: Set<String>

    /// Two definitions of one name, or a default that its own kind refuses, are mistakes of ours and stop the program.
    package init(_ definitions: [SettingDefinition], otherVariables: Set<String> = []) {
        self.definitions = definitions
        self.otherVariables = otherVariables
        precondition(Set(definitions.map(\.name)).count == definitions.count, "A setting is defined twice")
        for definition in definitions {
            let complaint = definition.complaintAboutFallback
            precondition(complaint == nil, "The default of \(definition.name) \(complaint ?? "")")
        }
    }

    package func definition(named name: String) -> SettingDefinition? {
        definitions.first { $0.name == name }
    }

    /// `; did you mean 'port'?`, or nothing.
    package func hint(for name: String, among names: [String]) -> String {
        Suggestion.closest(to: name, in: names).map { "; did you mean '\($0)'?" } ?? ""
    }
}

extension SettingDefinition {
    fileprivate var complaintAboutFallback: String? {
        guard let fallback else { return nil }
        do throws(SettingComplaint) {
            _ = try kind.read(fallback)
            return nil
        } catch {
            return error.text
        }
    }
}
