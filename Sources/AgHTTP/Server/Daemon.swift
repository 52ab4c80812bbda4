import AgBase
import CMicrohttpd
import Glibc

/// The library's server behind one loop; used on the loop's thread only.
@safe final class Daemon {
    private let pointer: OpaquePointer
    private let callbacks: UnsafeMutablePointer<cmhd_callbacks>
    let descriptor: Int32

    /// Takes the listening socket over, also when it throws.
    init(listener: Int32, loop: EventLoop, connections: Int) throws {
        let settings = loop.service.settings
        unsafe callbacks = .allocate(capacity: 1)
        // The loop outlives its daemon: it stops it before it ends.
        unsafe callbacks.initialize(to: DaemonCallbacks.table(owner: Unmanaged.passUnretained(loop).toOpaque()))
        var wanted = cmhd_settings(
            listener: listener, connection_memory: settings.connectionMemory, connection_limit: UInt32(connections),
            per_address_limit: UInt32(settings.maxConnectionsPerAddress))
        guard let started = unsafe cmhd_start(&wanted, callbacks) else {
            unsafe callbacks.deallocate()
            close(listener)
            throw Fault(.internal, "http-not-started", "The HTTP library could not start; its reason is in the log.")
        }
        unsafe pointer = unsafe started
        unsafe descriptor = cmhd_epoll_descriptor(started)
    }

    deinit {
        unsafe callbacks.deallocate()
    }

    func turn() { unsafe cmhd_turn(pointer, callbacks) }

    func timeout(cap: Int) -> Int { unsafe Int(cmhd_timeout(pointer, Int32(cap))) }

    /// Stops listening; connections go on.
    func quiesce() {
        let listener = unsafe MHD_quiesce_daemon(pointer)
        if listener >= 0 { close(listener) }
    }

    /// Only when no connection is left: the library cannot stop with one that is held.
    func stop() { unsafe MHD_stop_daemon(pointer) }
}
