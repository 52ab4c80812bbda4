internal import CArgon2

/// Argon2id (RFC 9106): a key from a passphrase, at a cost that makes trying many of them expensive.
///
/// The numbers come out of a file when a passphrase is checked, so they have limits on both sides.
package struct Argon2id: Sendable, Hashable {
    package let memoryKiB: Int
    package let passes: Int
    package let lanes: Int

    /// What RFC 9106 recommends second, for machines without gigabytes to spare: 64 MiB, three passes, four lanes.
    package static let usual = Argon2id(checkedMemoryKiB: 65_536, passes: 3, lanes: 4)

    /// One gibibyte.
    package static let mostMemoryKiB = 1 << 20
    package static let mostPasses = 64
    package static let mostLanes = 16
    /// Memory times passes, which is the time: four times a gibibyte.
    package static let mostWork = 4 << 20

    /// Throws `parameters` outside of the limits of this type, or of RFC 9106: eight kibibytes per lane.
    package init(memoryKiB: Int, passes: Int, lanes: Int) throws(DerivationError) {
        guard 1...Self.mostLanes ~= lanes, 1...Self.mostPasses ~= passes,
            8 * lanes...Self.mostMemoryKiB ~= memoryKiB, memoryKiB * passes <= Self.mostWork
        else { throw .parameters }
        self.init(checkedMemoryKiB: memoryKiB, passes: passes, lanes: lanes)
    }

    private init(checkedMemoryKiB: Int, passes: Int, lanes: Int) {
        memoryKiB = checkedMemoryKiB
        self.passes = passes
        self.lanes = lanes
    }

    /// Blocks, and uses as many threads as there are lanes.
    ///
    /// Salts have 8 to 1,024 bytes, keys 4 to 1,024; other lengths throw `parameters`. The library zeroes the memory it used.
    package func derive(
        password: SecretBytes, salt: [UInt8], secret: [UInt8] = [], data: [UInt8] = [], byteCount: Int
    ) throws(DerivationError) -> SecretBytes {
        guard 8...1_024 ~= salt.count, 4...1_024 ~= byteCount, password.count <= 1 << 20, secret.count <= 1_024,
            data.count <= 1_024
        else { throw .parameters }
        return try SecretBytes(count: byteCount) { (out: inout MutableRawSpan) throws(DerivationError) in
            let code = run(password, salt, secret, data, &out)
            if code == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue || code == ARGON2_THREAD_FAIL.rawValue {
                throw .noMemory
            }
            precondition(code == ARGON2_OK.rawValue, "libargon2 refused parameters within its limits: \(code).")
        }
    }

    private func run(
        _ password: SecretBytes, _ salt: [UInt8], _ secret: [UInt8], _ data: [UInt8], _ out: inout MutableRawSpan
    ) -> Int32 {
        // The library takes pointers it may write through, and does so only when it is asked to clear the password.
        var (salt, secret, data) = (salt, secret, data)
        let (saltCount, secretCount, dataCount) = (UInt32(salt.count), UInt32(secret.count), UInt32(data.count))
        return password.reveal { password in
            unsafe password.withUnsafeBytes { password in
                unsafe out.withUnsafeMutableBytes { out in
                    unsafe salt.withUnsafeMutableBufferPointer { salt in
                        unsafe secret.withUnsafeMutableBufferPointer { secret in
                            unsafe data.withUnsafeMutableBufferPointer { data in
                                var context = unsafe argon2_context(
                                    out: out.baseAddress?.assumingMemoryBound(to: UInt8.self),
                                    outlen: UInt32(out.count),
                                    pwd: UnsafeMutablePointer(
                                        mutating: password.baseAddress?.assumingMemoryBound(to: UInt8.self)),
                                    pwdlen: UInt32(password.count), salt: salt.baseAddress, saltlen: saltCount,
                                    secret: secretCount == 0 ? nil : secret.baseAddress, secretlen: secretCount,
                                    ad: dataCount == 0 ? nil : data.baseAddress, adlen: dataCount,
                                    t_cost: UInt32(passes), m_cost: UInt32(memoryKiB), lanes: UInt32(lanes),
                                    threads: UInt32(lanes), version: ARGON2_VERSION_13.rawValue, allocate_cbk: nil,
                                    free_cbk: nil, flags: 0)
                                return unsafe argon2id_ctx(&context)
                            }
                        }
                    }
                }
            }
        }
    }
}
