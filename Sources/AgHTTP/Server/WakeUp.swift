import AgBase
import CMicrohttpd
import Glibc

/// An event descriptor that ends a loop's sleep.
final class WakeUp: Sendable {
    private let descriptor: Int32

    init() throws {
        descriptor = try sys("eventfd") { cmhd_event_descriptor() }
    }

    deinit {
        close(descriptor)
    }

    func signal() {
        var one: UInt64 = 1
        // Full means that a signal is pending already.
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Sleeps until signalled, until a descriptor has something, or until the time is over.
    func wait(for daemon: Int32?, and others: [pollfd], atMost milliseconds: Int) {
        var watched = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        if let daemon { watched.append(pollfd(fd: daemon, events: Int16(POLLIN), revents: 0)) }
        watched += others
        unsafe poll(&watched, nfds_t(watched.count), Int32(milliseconds))
        guard watched[0].revents != 0 else { return }
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
