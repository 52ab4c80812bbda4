import AgBase
import CMicrohttpd
import Glibc

extension EventDescriptor {
    /// One that ends a loop's sleep; all signals before it looks are one.
    static func wakeUp() throws -> EventDescriptor {
        EventDescriptor(adopting: try sys("eventfd") { cmhd_event_descriptor() })
    }

    /// Sleeps until signalled, until a descriptor has something, or until the time is over. Takes the signals.
    func wait(for daemon: Int32?, and others: [pollfd], atMost milliseconds: Int) {
        var watched = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        if let daemon { watched.append(pollfd(fd: daemon, events: Int16(POLLIN), revents: 0)) }
        watched += others
        unsafe poll(&watched, nfds_t(watched.count), Int32(milliseconds))
        if watched[0].revents != 0 { take() }
    }
}
