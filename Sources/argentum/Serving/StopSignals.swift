import AgBase
import Glibc
import Synchronization

/// SIGTERM, SIGINT and SIGHUP as something to await. A second SIGTERM or SIGINT ends the process at once.
///
/// A terminal that closes sends SIGHUP, often several times and together with others, so it is never taken for a second
/// demand. Whoever started the program with SIGHUP ignored, as `nohup` does, wants it to outlive the terminal.
///
/// The handler only writes the signal's number into a pipe, which is all that a handler may do; a thread reads it there.
/// Blocking the signals instead would be inherited by the codec children.
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
        if !isIgnored(SIGHUP) { handle(SIGHUP) }
        return signals
    }

    private static func wait(_ reader: OpenFile, _ continuation: AsyncStream<Void>.Continuation) {
        var number: UInt8 = 0
        var demands = 0
        while true {
            let count = Glibc.read(reader.descriptor, &number, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return }
            if Int32(number) != SIGHUP { demands += 1 }
            if demands > 1 { _exit(ExitCode.error.rawValue) }
            continuation.yield()
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func handle(_ number: Int32) {
        signal(number) { number in
            let saved = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(StopSignals.pipeEnd.load(ordering: .acquiring), &byte, 1)
            errno = saved
        }
    }
}

/// Ends the process when its stop takes longer than it may. A database that does not answer holds up what is given back to it, and
/// a service manager sends SIGKILL soon after.
enum StopLimit {
    /// Behind the grace: two seconds for answers that are being sent, and the rest for closing. With Docker's ten seconds and its
    /// image's grace of six nothing has to be killed.
    private static let closing = Duration.milliseconds(3_500)

    /// What is committed stays so, and leases that could not be given back run out by themselves: so it is an ordinary end.
    static func begin(grace: Duration, _ log: Log) {
        NamedThread.start("stop-limit") {
            wait(grace + closing)
            log.warning(
                "the stop was cut short, as something did not answer; what was not given back runs out by itself")
            // Lines are written by a thread of their own.
            wait(.milliseconds(200))
            _exit(ExitCode.ok.rawValue)
        }
    }

    private static func wait(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while .now < end { usleep(50_000) }
    }
}
