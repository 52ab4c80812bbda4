/// Memory for a stretch of a request's body; goes back to its pool with the last reference.
@safe final class BodyBuffer: Sendable {
    // The owner of a buffer that is being filled is the only one who writes; after that it is read-only.
    nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer
    private let pool: BodyBufferPool?

    init(memory: UnsafeMutableRawBufferPointer, pool: BodyBufferPool?) {
        unsafe self.memory = unsafe memory
        self.pool = pool
    }

    convenience init(copying bytes: some Collection<UInt8>) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
        unsafe memory.copyBytes(from: bytes)
        unsafe self.init(memory: memory, pool: nil)
    }

    deinit {
        if let pool {
            unsafe pool.takeBack(memory)
        } else {
            unsafe memory.deallocate()
        }
    }
}
