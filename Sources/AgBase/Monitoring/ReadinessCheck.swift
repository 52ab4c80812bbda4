/// One thing that must work before we take requests.
package struct ReadinessCheck: Sendable {
    /// Kebab-case, shown to anybody.
    package let name: String
    /// Throws when it does not work; the reason goes to the log only.
    package let run: @Sendable () async throws -> Void

    package init(_ name: String, _ run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.run = run
    }
}
