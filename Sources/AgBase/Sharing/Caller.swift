/// Who asks for work, as far as sharing it out is concerned: groups get equal shares of a queue, and the members of one
/// group equal shares of its share.
package struct Caller: Sendable, Hashable {
    package let group: String
    package let member: String

    package init(_ group: String, member: String = "") {
        self.group = group
        self.member = member
    }

    /// The program itself: checks, jobs, upkeep.
    package static let server = Caller("server")
}
