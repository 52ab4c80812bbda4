import AgBase
import Glibc

extension Counter {
    /// Sleeps until it is struck or the time is over; takes nothing.
    func waitUntilStruck(atMost time: Duration? = nil) {
        var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = time.map { Int32(clamping: $0.milliseconds) } ?? -1
        // An interruption only makes the caller look again.
        _ = unsafe poll(&one, 1, milliseconds)
    }
}

extension JobLine {
    /// Holds a thread back, but not the shutdown.
    func waitUnlessClosed(_ time: Duration) {
        guard time > .zero, !isClosed else { return }
        closing.waitUntilStruck(atMost: time)
    }
}
