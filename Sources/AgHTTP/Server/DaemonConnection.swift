import CMicrohttpd

/// The library's connection. Alive until its request's end has been told; may be resumed from any thread until then.
@safe struct DaemonConnection: @unchecked Sendable {
    // A handle without state of ours; the library locks what other threads may do with it, which is to resume.
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
    }

    var socket: Int32 { unsafe cmhd_socket(pointer) }

    var record: ConnectionRecord? {
        guard let context = unsafe cmhd_connection_context(pointer) else { return nil }
        return unsafe Unmanaged<ConnectionRecord>.fromOpaque(context).takeUnretainedValue()
    }

    var peer: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            unsafe cmhd_peer(pointer, text.baseAddress!, text.count)
            return unsafe String(cString: text.baseAddress!)
        }
    }

    /// Only on the loop's thread, from inside a callback of this connection.
    func suspend() { unsafe MHD_suspend_connection(pointer) }

    func resume() { unsafe MHD_resume_connection(pointer) }

    /// Only on the loop's thread.
    func expire() { unsafe cmhd_expire(pointer) }

    func copyHead(_ line: cmhd_line) -> HeaderBlock? {
        guard let head = unsafe cmhd_copy_head(pointer, line) else { return nil }
        return unsafe HeaderBlock(adopting: head)
    }

    func queue(_ status: Int, _ response: DaemonResponse) -> Bool {
        unsafe cmhd_queue(pointer, UInt32(status), response.pointer)
    }
}
