internal import COpenSSL

/// Unpredictable bytes, from OpenSSL's generator, which the kernel seeds.
package enum RandomBytes {
    package static func make(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let code = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(code == 1, "OpenSSL has no random bytes; the system's entropy source is not usable.")
        return bytes
    }

    /// The same into memory of the caller's.
    package static func fill(_ memory: inout MutableRawSpan) {
        let code = unsafe memory.withUnsafeMutableBytes { memory in
            unsafe RAND_priv_bytes(memory.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(memory.count))
        }
        precondition(code == 1, "OpenSSL has no random bytes; the system's entropy source is not usable.")
    }
}
