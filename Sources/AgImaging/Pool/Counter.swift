import CSandbox
import Glibc

/// A bell that a thread can wait for together with sockets: it rings as often as it was struck.
final class Counter: Sendable {
    let descriptor: Int32

    init() throws(CodecError) {
        descriptor = csandbox_counter()
        guard descriptor >= 0 else {
            throw CodecError(.unavailable, "The system has no descriptor left for an eventfd.")
        }
    }

    deinit {
        close(descriptor)
    }

    func strike(_ times: UInt64 = 1) {
        var value = times
        // It fails only when the count would overflow, and then it rings anyway.
        _ = unsafe write(descriptor, &value, 8)
    }

    /// Whether it was struck; takes one stroke away.
    func take() -> Bool {
        var value: UInt64 = 0
        return unsafe read(descriptor, &value, 8) == 8
    }
}
