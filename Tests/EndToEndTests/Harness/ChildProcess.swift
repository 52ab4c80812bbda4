import AgBase
import Glibc

/// A program that runs in a process group of its own, with its output in files.
final class ChildProcess: Sendable {
    enum Ending: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    /// Of the program, and of its group.
    let pid: pid_t
    private let ending = Monitor<Ending?>(nil)

    /// - Parameters:
    ///   - environment: all of it; nothing is inherited but the path.
    ///   - output: the file for standard output.
    ///   - errors: the file for standard error; may be the same.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], output: String, errors: String
    ) async throws -> ChildProcess {
        // On a thread of the pool, because the parent-death signal is sent when the starting thread ends.
        try await Harness.threads.run {
            try ChildProcess(arguments, environment: environment, output: output, errors: errors)
        }
    }

    private init(_ arguments: [String], environment: [String: String], output: String, errors: String) throws {
        pid = try Self.spawn(arguments, environment, output, errors)
        let pid = pid
        let ending = ending
        NamedThread.start("wait-\(pid)") {
            let status = Self.wait(for: pid)
            ending.change { $0 = status }
        }
    }

    var hasEnded: Bool { ending.current != nil }

    /// Does nothing when the program has ended.
    func send(_ signal: Int32) {
        if !hasEnded { kill(pid, signal) }
    }

    func end(within limit: Duration) async throws -> Ending {
        let deadline = Deadline.within(limit)
        let ending = ending
        guard let result = try await Harness.threads.run({ ending.wait(until: deadline) { $0 } }) else {
            throw HarnessFailure("The process \(pid) was still running after \(limit).")
        }
        return result
    }

    /// Living processes of the group; those that only wait to be reaped are not counted.
    var group: [pid_t] { Self.numbers(in: "/proc").filter { isOfGroup($0) } }

    private func isOfGroup(_ id: pid_t) -> Bool {
        guard let text = readText("/proc/\(id)/stat"), let end = text.lastIndex(of: ")") else { return false }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 2 && fields[0] != "Z" && fields[0] != "X" && fields[2] == "\(pid)"
    }

    private static func wait(for pid: pid_t) -> Ending {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
    }
}

extension ChildProcess {
    /// `setpriv` makes the program die with this one, even when this one is killed.
    private static let launcher = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], _ output: String, _ errors: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // What other tests of this process hold is nothing to a program, which may have few descriptors. One that is closed
        // meanwhile does no harm.
        for descriptor in numbers(in: "/proc/self/fd") where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = freshAttributes()
        defer { posix_spawnattr_destroy(&attributes) }
        let variables = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }.map { "\($0)=\($1)" }
        var pid = pid_t()
        let words = launcher + arguments
        let code = withCStrings(words) { words in
            withCStrings(variables) { posix_spawn(&pid, words[0]!, &actions, &attributes, words, $0) }
        }
        guard code == 0 else { throw HarnessFailure("\(arguments[0]) could not be started: errno \(code)") }
        return pid
    }

    /// The names in a folder of /proc that are numbers.
    private static func numbers(in path: String) -> [Int32] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = Int32(name) { found.append(number) }
        }
        return found
    }

    /// A group of its own, and signals as a shell would leave them.
    private static func freshAttributes() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = texts.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }
}

/// A whole small file as text; `nil` when it cannot be read.
func readText(_ path: String) -> String? {
    readBytes(path).map { String(decoding: $0, as: UTF8.self) }
}

/// A whole file; `nil` when it cannot be read. Works for files of /proc, which have no length.
func readBytes(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &piece, piece.count)
        if count == 0 { return all }
        if count < 0 { return nil }
        all += piece.prefix(count)
    }
}

func writeBytes(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw HarnessFailure("\(path) could not be made: errno \(errno)") }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
        throw HarnessFailure("\(path) could not be written: errno \(errno)")
    }
}
