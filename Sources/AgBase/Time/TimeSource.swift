import Glibc

/// Where "now" comes from. Passed in, so that a test can hold time still.
package protocol TimeSource: Sendable {
    func now() -> Timestamp
}

/// The machine's wall clock.
package struct SystemTime: TimeSource {
    package init() {}

    package func now() -> Timestamp {
        var spec = timespec()
        clock_gettime(CLOCK_REALTIME, &spec)
        return Timestamp(milliseconds: Int64(spec.tv_sec) * 1_000 + Int64(spec.tv_nsec) / 1_000_000)
    }
}
