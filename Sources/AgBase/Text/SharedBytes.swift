/// Bytes at a fixed address that many answers may send at once: a page of the web UI, one event for thousands of listeners.
@safe package final class SharedBytes: Sendable {
    // Written once in init, read-only afterwards, freed in deinit.
    nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer

    package init(_ bytes: some Collection<UInt8>) {
        unsafe memory = .allocate(byteCount: bytes.count, alignment: 1)
        unsafe memory.copyBytes(from: bytes)
    }

    package convenience init(_ text: String) {
        self.init(text.utf8)
    }

    deinit {
        unsafe memory.deallocate()
    }

    package var count: Int { unsafe memory.count }

    /// Lends the bytes for one call.
    package func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        unsafe try body(UnsafeRawBufferPointer(memory))
    }
}
