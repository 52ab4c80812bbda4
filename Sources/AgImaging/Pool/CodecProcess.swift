import AgBase
import CSandbox
import Glibc

/// One child, seen from the only thread that may touch it: the thread that started it. When that thread ends, the
/// kernel kills the child.
final class CodecProcess {
    /// What came first.
    enum Happening {
        case reply(CodecReply)
        /// The child is gone; said by the signal that killed it, or its exit code.
        case died(String)
        case deadline
        /// One of the bells rang.
        case rang
        /// The child said what no child of ours says.
        case babble
    }

    let pid: Int32
    private let socket: Int32
    private let pidfd: Int32
    private var isReaped = false
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Starts a child; its first reply is `ready` or `refused`.
    init(_ settings: CodecSettings, memory: Int64, niceness: Int) throws(CodecError) {
        var pair: [Int32] = [-1, -1]
        guard unsafe csandbox_socket_pair(&pair) == 0 else { throw Self.failure("socketpair") }
        let options = ChildOptions(
            parent: getpid(), memory: UInt64(memory), niceness: niceness, allowsUnsandboxed: settings.allowUnsandboxed,
            allowsDrills: settings.allowsDrills)
        let started = Self.spawn(settings.executable, options.arguments, pair[1])
        close(pair[1])
        guard started > 0 else {
            close(pair[0])
            throw Self.failure("start of '\(settings.executable)' as codec")
        }
        pid = started
        socket = pair[0]
        pidfd = csandbox_pidfd(started)
    }

    deinit {
        kill()
        close(socket)
        if pidfd >= 0 { close(pidfd) }
    }

    /// Little enough that nothing of ours leaks: no secrets, no library paths of a stranger's choosing. Above the
    /// threshold libvips would decode into a file, which a child cannot have; its memory limit decides instead. Memory
    /// comes from the heap and stays with the child until `ChildService` gives it back: to ask for it page by page
    /// was a tenth of a large picture's time. The threshold is for pictures whose pieces do not stay, and as large as
    /// glibc lets it be. One arena, because only the first is given back whole.
    private static let environment = [
        "SWIFT_BACKTRACE=enable=no", "MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=33554432",
        "MALLOC_TRIM_THRESHOLD_=1073741824", "LANG=C", "PATH=/nowhere", "VIPS_DISC_THRESHOLD=64g",
    ]

    private static func spawn(_ path: String, _ arguments: [String], _ socket: Int32) -> Int32 {
        unsafe withCStrings(arguments) { arguments in
            unsafe withCStrings(environment) { environment in
                unsafe csandbox_spawn(
                    path, UnsafeRawPointer(arguments).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self),
                    UnsafeRawPointer(environment).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self), socket)
            }
        }
    }

    private static func failure(_ call: String) -> CodecError {
        let code = errno
        return CodecError(.unavailable, "No codec process could be made: \(SystemError(call: call, errno: code)).")
    }

    /// Whether the request went out; not when the child is gone.
    func send(_ request: CodecRequest, _ files: [Int32]) -> Bool {
        let bytes = request.bytes
        return unsafe bytes.withUnsafeBytes { raw in
            unsafe csandbox_send(socket, raw.baseAddress, raw.count, files, files.count) == raw.count
        }
    }

    /// Waits for the child, for one of `bells`, or until `deadline`.
    func wait(until deadline: ContinuousClock.Instant?, bells: [EventDescriptor]) -> Happening {
        let watched = [socket, pidfd] + bells.map(\.descriptor)
        var polls = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            let left = deadline.map { $0 - .now }
            if let left, left <= .zero { return .deadline }
            // Rounded up, so that the last wait does not spin.
            let milliseconds = left.map { Int32(clamping: $0.milliseconds + 1) } ?? -1
            guard unsafe poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { continue }
            // A message may still lie in the socket of a child that has died since.
            if polls[0].revents & Int16(POLLIN) != 0, let reply = receive() { return reply }
            if polls[1].revents != 0 || polls[0].revents != 0 { return .died(reap()) }
            return .rang
        }
    }

    /// `nil` at the end of the stream.
    private func receive() -> Happening? {
        var none: [Int32] = []
        var count = 0
        let length = unsafe buffer.withUnsafeMutableBytes { room in
            unsafe csandbox_receive(socket, room.baseAddress, room.count, &none, &count, Int32(MSG_DONTWAIT))
        }
        guard length != 0 else { return nil }
        guard length > 0 else { return errno == EMSGSIZE ? .babble : nil }
        guard let reply = try? CodecReply(Array(buffer.prefix(length))) else { return .babble }
        return .reply(reply)
    }

    /// Memory the child holds now, asked of the kernel rather than of the child.
    var residentBytes: Int64 {
        guard let file = try? OpenFile(reading: "/proc/\(pid)/statm"), let text = try? file.read(at: 0, count: 256)
        else { return 0 }
        let numbers = text.split(separator: UInt8(ascii: " "))
        guard numbers.count > 1, let pages = Int64(String(decoding: numbers[1], as: UTF8.self)) else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Processor time of all its threads since it was started; `nil` when it is gone.
    var processorTime: Duration? {
        var clock = clockid_t()
        var time = timespec()
        guard unsafe clock_getcpuclockid(pid, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else { return nil }
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Ends the child now, and waits the moment that takes.
    func kill() {
        guard !isReaped else { return }
        Glibc.kill(pid, SIGKILL)
        _ = reap()
    }

    /// Takes the dead child off the process table and says how it died.
    private func reap() -> String {
        guard !isReaped else { return "it was gone already" }
        // A closed socket without an end would make us wait for ever.
        Glibc.kill(pid, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        isReaped = true
        let signal = status & 0x7F
        return signal == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(signal)"
    }
}
