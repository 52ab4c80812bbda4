import Glibc

/// Wakes a thread that waits for descriptors: an eventfd (man 2 eventfd).
///
/// A C door of the module that uses it makes the descriptor, since glibc's module map leaves eventfd out; how it was made says
/// whether `take` takes all signals away or one (EFD_SEMAPHORE).
package final class EventDescriptor: Sendable {
    /// Readable while there is a signal.
    package let descriptor: Int32

    /// Takes over an eventfd that does not block, and closes it.
    package init(adopting descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    package func signal(_ times: UInt64 = 1) {
        var count = times
        // Fails only when the count would overflow, and then there is a signal anyway.
        _ = write(descriptor, &count, 8)
    }

    /// Takes one signal away, or all. False when there was none.
    @discardableResult
    package func take() -> Bool {
        var count: UInt64 = 0
        return read(descriptor, &count, 8) == 8
    }

    /// Sleeps until there is a signal or the time is over; takes none. It may return early, when the sleep is interrupted.
    package func wait(atMost time: Duration? = nil) {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Rounded up: a wait that ends too early would spin.
        _ = poll(&watched, 1, time.map { Int32(clamping: $0.milliseconds + 1) } ?? -1)
    }
}
