internal import COpenSSL

/// Key memory: zeroed when its last reference goes, kept out of swap and core dumps where the system allows it, never
/// printed.
///
/// It lies in OpenSSL's secure heap, one mebibyte between guard pages that is locked into memory. When the system refuses the
/// lock (`ulimit -l`), or the heap is full, ordinary memory is used; it is zeroed all the same.
@safe package final class SecretBytes: Sendable {
    // Written in init alone, read-only afterwards, wiped and freed in deinit.
    nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer

    private static let hasHeap = CRYPTO_secure_malloc_init(1 << 20, 32) != 0

    /// Memory of `count` zeros that `fill` writes.
    package init<Failure: Error>(
        count: Int, filledBy fill: (inout MutableRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = unsafe Self.allocate(count)
        do throws(Failure) {
            var span = unsafe memory.mutableBytes
            try fill(&span)
        } catch {
            unsafe Self.wipe(memory)
            throw error
        }
        unsafe self.memory = memory
    }

    package convenience init(copying bytes: RawSpan) {
        self.init(count: bytes.byteCount) { memory in memory.copy(bytes) }
    }

    package convenience init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { memory in memory.copy(bytes) }
    }

    /// Takes over bytes that were read into an array, which is zeroed and emptied.
    package convenience init(wiping bytes: inout [UInt8]) {
        self.init(bytes)
        unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
        bytes = []
    }

    deinit {
        unsafe Self.wipe(memory)
    }

    /// From the system's generator.
    package static func random(_ count: Int) -> SecretBytes {
        SecretBytes(count: count) { RandomBytes.fill(&$0) }
    }

    package var count: Int { unsafe memory.count }

    /// Lends the bytes for one call.
    package func reveal<Value, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Value) throws(Failure) -> Value {
        let bytes = unsafe UnsafeRawBufferPointer(memory)
        return unsafe try body(bytes.bytes)
    }

    /// In a time that tells nothing about where they differ. Their lengths are not secret.
    package func isEqual(to other: SecretBytes) -> Bool {
        unsafe count == other.count && CRYPTO_memcmp(memory.baseAddress, other.memory.baseAddress, count) == 0
    }

    /// An allocation has an address also when it holds nothing.
    private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        _ = hasHeap
        let size = max(1, count)
        guard let start = unsafe CRYPTO_secure_zalloc(size, nil, 0) ?? CRYPTO_zalloc(size, nil, 0) else {
            preconditionFailure("There is no memory for a key of \(count) bytes.")
        }
        return unsafe UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    private static func wipe(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe CRYPTO_secure_clear_free(memory.baseAddress, max(1, memory.count), nil, 0)
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "SecretBytes(\(count))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
