/// What the parent writes on the child's command line.
struct ChildOptions: Equatable {
    /// The second argument of a process that is a codec.
    static let mark = "__codec"

    /// The process that must still be our parent.
    var parent: Int32
    /// Bytes of memory for data.
    var memory: UInt64
    var niceness = 0
    var allowsUnsandboxed = false
    var allowsDrills = false

    var arguments: [String] {
        ["codec", Self.mark, "\(parent)", "\(memory)", "\(niceness)"]
            + (allowsUnsandboxed ? ["--unsandboxed"] : []) + (allowsDrills ? ["--drills"] : [])
    }

    init(
        parent: Int32, memory: UInt64, niceness: Int = 0, allowsUnsandboxed: Bool = false, allowsDrills: Bool = false
    ) {
        self.parent = parent
        self.memory = memory
        self.niceness = niceness
        self.allowsUnsandboxed = allowsUnsandboxed
        self.allowsDrills = allowsDrills
    }

    init?(_ arguments: [String]) {
        guard arguments.count >= 5, arguments[1] == Self.mark, let parent = Int32(arguments[2]),
            let memory = UInt64(arguments[3]), let niceness = Int(arguments[4])
        else { return nil }
        self.init(
            parent: parent, memory: memory, niceness: niceness, allowsUnsandboxed: arguments.contains("--unsandboxed"),
            allowsDrills: arguments.contains("--drills"))
    }
}
