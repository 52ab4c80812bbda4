package import AgBase

/// What this program calls itself.
package enum Program {
    package static let name = "argentum"
    package static let version = "0.1.0"
    /// When it was first asked for, which the server does at its start.
    package static let startedAt = SystemTime().now()
}
