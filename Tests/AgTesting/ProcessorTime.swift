import Glibc

/// How long this thread's processor was busy with it: what other programs do beside it does not count.
package func processorTime(of body: () throws -> Void) rethrows -> Duration {
    let start = busyTime()
    try body()
    return busyTime() - start
}

private func busyTime() -> Duration {
    var spec = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spec)
    return .seconds(spec.tv_sec) + .nanoseconds(spec.tv_nsec)
}
