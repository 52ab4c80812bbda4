/// What the parent writes on the child's command line.
struct ChildOptions: Equatable {
    /// The second argument of a process that is a codec.
    static let mark = "__codec"

    /// The process that must still be our parent.
    var parent: Int32
    /// Bytes of memory for data.
    var memory: UInt64
    var allowsUnsandboxed = false
    var allowsDrills = false

    var arguments: [String] {
        ["codec", Self.mark, "\(parent)", "\(memory)"]
            + (allowsUnsandboxed ? ["--unsandboxed"] : []) + (allowsDrills ? ["--drills"] : [])
    }

    init(parent: Int32, memory: UInt64, allowsUnsandboxed: Bool = false, allowsDrills: Bool = false) {
        self.parent = parent
        self.memory = memory
        self.allowsUnsandboxed = allowsUnsandboxed
        self.allowsDrills = allowsDrills
    }

    init?(_ arguments: [String]) {
        guard arguments.count >= 4, arguments[1] == Self.mark, let parent = Int32(arguments[2]),
            let memory = UInt64(arguments[3])
        else { return nil }
        self.init(
            parent: parent, memory: memory, allowsUnsandboxed: arguments.contains("--unsandboxed"),
            allowsDrills: arguments.contains("--drills"))
    }
}
