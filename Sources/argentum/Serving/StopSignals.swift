import AgBase
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SIGTERM and SIGINT as something to await. The second one ends the process at once.
///
/// The handler only writes a byte into a pipe, which is all that a handler may do; a thread reads it there. Blocking
/// the signals instead would be inherited by the codec children.
enum StopSignals {
    /// Where the handler writes; -1 before `take` is called.
    private static let pipeEnd = Atomic<Int32>(-1)

    /// From now on the signals are taken; one that comes before somebody waits is not lost. Call it once.
    static func take() throws -> AsyncStream<Void> {
        var ends: [Int32] = [0, 0]
        try sys("pipe") { pipe(&ends) }
        // Not for the codec children, which are started again and again.
        for end in ends { try sys("fcntl") { fcntl(end, F_SETFD, FD_CLOEXEC) } }
        let reader = OpenFile(adopting: ends[0])
        pipeEnd.store(ends[1], ordering: .releasing)
        let signals = AsyncStream<Void> { continuation in
            NamedThread.start("signals") { wait(reader, continuation) }
        }
        for number in [SIGTERM, SIGINT] { handle(number) }
        return signals
    }

    private static func wait(_ reader: OpenFile, _ continuation: AsyncStream<Void>.Continuation) {
        var byte: UInt8 = 0
        var count = 0
        while Glibc.read(reader.descriptor, &byte, 1) != 0 {
            count += 1
            if count > 1 { _exit(ExitCode.error.rawValue) }
            continuation.yield()
        }
    }

    private static func handle(_ number: Int32) {
        signal(number) { _ in
            let saved = errno
            var byte: UInt8 = 1
            _ = write(StopSignals.pipeEnd.load(ordering: .acquiring), &byte, 1)
            errno = saved
        }
    }
}
