package import AgBase

package enum InstallationSubject {}
/// The identity of one database together with the storage that its rows refer to, made at their first start.
package typealias InstallationID = Identifier<InstallationSubject>

/// The file beside the blobs that says whose they are. Format: docs/formats/blobs.md.
package struct InstallationMark: Sendable, Hashable {
    package static let fileName = "installation.json"
    /// A longer one is damaged.
    package static let mostBytes = 4 << 10
    /// What to do about a mark that cannot be read.
    package static let remedy =
        "Put it back from a backup, or remove it: the next start writes it again when the storage holds this "
        + "installation's pictures."

    package let installation: InstallationID

    package init(_ installation: InstallationID) {
        self.installation = installation
    }

    /// Reads a mark; `nil` when it is damaged. What later versions add is skipped.
    package init?(_ text: String) {
        guard let id = (try? JSONValue(json: text))?["installation"]?.string.flatMap({ InstallationID(untrusted: $0) })
        else { return nil }
        installation = id
    }

    package var text: String {
        JSONValue.object([.init(name: "installation", value: .string(installation.text))]).text + "\n"
    }
}
