import Synchronization

/// A free list of 128 KiB stretches. Fresh ones of that size are mapped by the kernel and cost a page fault per 4 KiB.
final class BodyBufferPool: Sendable {
    static let shared = BodyBufferPool()
    static let size = 128 << 10

    /// The most that are kept: 8 MiB.
    private let capacity = 64
    private let free = Mutex<[Spare]>([])

    // Only one thread has a spare at a time: it is either in the list or in one buffer.
    @safe private struct Spare: @unchecked Sendable {
        let memory: UnsafeMutableRawBufferPointer
    }

    deinit {
        free.withLock { list in
            for spare in list { unsafe spare.memory.deallocate() }
        }
    }

    func take() -> BodyBuffer {
        let spare = free.withLock { $0.popLast() }
        let memory = unsafe spare?.memory ?? .allocate(byteCount: Self.size, alignment: 16)
        return unsafe BodyBuffer(memory: memory, pool: self)
    }

    func takeBack(_ memory: UnsafeMutableRawBufferPointer) {
        let isKept = free.withLock { list in
            guard list.count < capacity else { return false }
            unsafe list.append(Spare(memory: memory))
            return true
        }
        if !isKept { unsafe memory.deallocate() }
    }
}
