/// What is wrong with the settings that were given: every fault found, each a sentence that names its setting.
package struct SettingsProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let sentences: [String]

    package init(_ sentences: [String]) {
        self.sentences = sentences
    }

    package var description: String { sentences.joined(separator: "\n") }
}
