extension SettingsTable {
    /// Where values can come from. The file of a secret is read only when its variable is set.
    package struct Origins {
        package var flags: [String: String] = [:]
        package var environment: [String: String] = [:]
        package var file: SettingsFile?
        package var readSecretFile: (String) throws -> String

        package init(
            flags: [String: String] = [:], environment: [String: String] = [:], file: SettingsFile? = nil,
            readSecretFile: @escaping (String) throws -> String
        ) {
            self.flags = flags
            self.environment = environment
            self.file = file
            self.readSecretFile = readSecretFile
        }

        /// Empty is unset: that is how container files and units take a variable back.
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// Flag before variable before file before default. Throws `SettingsProblem` with every fault found.
    package func resolve(_ origins: Origins) throws(SettingsProblem) -> Settings {
        var faults = unknownKeys(origins.file)
        var all: [Settings.Resolved] = []
        for definition in definitions {
            do throws(SettingComplaint) {
                all.append(try resolve(definition, origins))
            } catch {
                faults.append("\(error.text).")
            }
        }
        guard faults.isEmpty else { throw SettingsProblem(faults) }
        return Settings(all, warnings: unknownVariables(origins.environment))
    }

    private func resolve(
        _ definition: SettingDefinition, _ origins: Origins
    ) throws(SettingComplaint) -> Settings.Resolved {
        let (text, source) = try given(definition, origins)
        guard let text else { return .init(definition: definition, value: nil, text: nil, source: .unset) }
        do throws(SettingComplaint) {
            let value = try definition.kind.read(text)
            return .init(definition: definition, value: value, text: text, source: source)
        } catch {
            // What a secret was is not for the terminal either.
            let complaint = definition.isSecret ? "has a value that is not allowed" : error.text
            throw SettingComplaint("\(definition.subject(source)) \(complaint)")
        }
    }

    private func given(
        _ definition: SettingDefinition, _ origins: Origins
    ) throws(SettingComplaint) -> (String?, SettingSource) {
        if let text = origins.flags[definition.name] {
            if definition.mayHoldPassword, URLPassword.isIn(text) { throw definition.refusesPassword }
            return (text, .flag(definition.flag))
        }
        if !definition.isOption {
            if let found = try variable(definition, origins) { return found }
            if let entry = origins.file?.entries.first(where: { $0.key == definition.name }) {
                return (entry.value, .file(line: entry.line))
            }
        }
        return (definition.fallback, .fallback)
    }

    private func variable(
        _ definition: SettingDefinition, _ origins: Origins
    ) throws(SettingComplaint) -> (String?, SettingSource)? {
        let name = definition.variable
        let path = definition.canBeFile ? origins.variable("\(name)_FILE") : nil
        guard let path else { return origins.variable(name).map { ($0, .variable(name)) } }
        guard origins.variable(name) == nil else {
            throw SettingComplaint("\(name) and \(name)_FILE are both set; keep one")
        }
        do {
            return (try origins.readSecretFile(path).trimmingLineEnd(), .secretFile(variable: "\(name)_FILE"))
        } catch {
            throw SettingComplaint("\(name)_FILE names a file that cannot be read: \(error)")
        }
    }

    private func unknownKeys(_ file: SettingsFile?) -> [String] {
        let names = definitions.filter { !$0.isOption }.map(\.name)
        return (file?.entries ?? []).filter { !names.contains($0.key) }.map {
            let hint = hint(for: $0.key, among: names)
            return
                "Line \($0.line) of the settings file sets '\($0.key)', which is not a setting\(hint.isEmpty ? "." : hint)"
        }
    }

    private func unknownVariables(_ environment: [String: String]) -> [String] {
        let settings = definitions.filter { !$0.isOption }
        let known = Set(settings.map(\.variable) + settings.filter(\.canBeFile).map { "\($0.variable)_FILE" })
            .union(otherVariables)
        return environment.keys.filter { $0.hasPrefix(Self.variablePrefix) && !known.contains($0) }.sorted().map {
            let hint = variableHint($0, known)
            return "The variable \($0) is not a setting and is ignored\(hint.isEmpty ? "." : hint)"
        }
    }

    /// Compared without the prefix, which all have in common and which would make everything look alike.
    private func variableHint(_ name: String, _ known: Set<String>) -> String {
        let prefix = Self.variablePrefix
        let names = known.sorted().map { String($0.dropFirst(prefix.count)) }
        let meant = Suggestion.closest(to: String(name.dropFirst(prefix.count)), in: names)
        return meant.map { "; did you mean '\(prefix)\($0)'?" } ?? ""
    }
}

extension SettingDefinition {
    fileprivate var refusesPassword: SettingComplaint {
        SettingComplaint(
            "\(flag) holds a password, which every user of this machine could read in the list of processes. Put the URL into a "
                + "file that \(variable)_FILE names, or the password alone into PGPASSWORD or ~/.pgpass")
    }

    fileprivate func subject(_ source: SettingSource) -> String {
        switch source {
        case .file(let line): "Line \(line) of the settings file: '\(name)'"
        case .flag, .variable, .secretFile: source.description
        case .fallback, .unset: name
        }
    }
}

extension String {
    /// Without the line end that editors and `echo` leave behind a secret.
    fileprivate func trimmingLineEnd() -> String {
        String(decoding: Array(utf8).reversed().drop { $0 == 10 || $0 == 13 }.reversed(), as: UTF8.self)
    }
}
