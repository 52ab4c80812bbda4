import AgBase
import AgTesting
import Testing

@testable import AgCrypto

@Suite("AES-256-GCM")
struct AES256GCMTests {
    @Test("seals as NIST's vectors say")
    func seals() throws {
        for vector in try VectorFile.cases("gcmEncryptExtIV256.rsp") {
            let message = try vector.bytes("PT")
            var out = [UInt8](repeating: 0xEE, count: message.count)
            let tag = try out.withMutableBytes { out in
                AES256GCM.seal(
                    message.span.bytes, key: SecretBytes(try vector.bytes("Key")), nonce: try vector.bytes("IV"),
                    boundTo: try vector.bytes("AAD"), into: &out)
            }
            #expect(out == (try vector.bytes("CT")))
            #expect(tag == (try vector.bytes("Tag")))
        }
    }

    @Test("opens what NIST's vectors open, and refuses the others without a byte of them")
    func opens() throws {
        var refused = 0
        for vector in try VectorFile.cases("gcmDecrypt256.rsp") {
            let sealed = try vector.bytes("CT")
            var out = [UInt8](repeating: 0xEE, count: sealed.count)
            let open = {
                try out.withMutableBytes { out in
                    try AES256GCM.open(
                        sealed.span.bytes, tag: try vector.bytes("Tag"), key: SecretBytes(try vector.bytes("Key")),
                        nonce: try vector.bytes("IV"), boundTo: try vector.bytes("AAD"), into: &out)
                }
            }
            if vector.isRefused {
                #expect(throws: SealError.notAuthentic) { try open() }
                #expect(out.allSatisfy { $0 == 0 })
                refused += 1
            } else {
                try open()
                #expect(out == (try vector.bytes("PT")))
            }
        }
        #expect(refused >= 20)
    }
}

@Suite("Key derivation")
struct DerivationTests {
    @Test("HKDF agrees with RFC 5869")
    func hkdf() throws {
        for vector in try VectorFile.cases("rfc5869-hkdf-sha256.txt") {
            let key = HKDF.derive(
                from: SecretBytes(try vector.bytes("IKM")), salt: try vector.bytes("salt"),
                info: try vector.bytes("info"),
                byteCount: try vector.number("L"))
            #expect(key.bytes == (try vector.bytes("OKM")))
        }
    }

    @Test("PBKDF2 agrees with RFC 7914 and the inputs of RFC 6070")
    func pbkdf2() throws {
        for vector in try VectorFile.cases("pbkdf2-sha256.txt") {
            let key = try PBKDF2.derive(
                password: SecretBytes(try vector.bytes("Password")), salt: try vector.bytes("Salt"),
                rounds: try vector.number("Rounds"), byteCount: try vector.number("Length"))
            #expect(key.bytes == (try vector.bytes("Key")))
        }
    }

    @Test(
        "PBKDF2 refuses counts of rounds out of bounds before it computes",
        arguments: [0, -1, 1_200_001, 4_294_967_295, Int.max, Int.min])
    func rounds(_ rounds: Int) {
        #expect(throws: DerivationError.rounds(rounds, ceiling: 1_200_000)) {
            try PBKDF2.derive(password: SecretBytes([1]), salt: [1], rounds: rounds, byteCount: 32)
        }
    }

    @Test("PBKDF2 stops soon after it was cancelled")
    func cancelled() {
        var looks = 0
        #expect(throws: DerivationError.cancelled) {
            try PBKDF2.derive(password: SecretBytes([1]), salt: [1], rounds: 1_000_000, byteCount: 32) {
                looks += 1
                return looks == 2
            }
        }
        #expect(looks == 2)
    }

    @Test("Argon2id agrees with RFC 9106")
    func argon2id() throws {
        for vector in try VectorFile.cases("rfc9106-argon2id.txt") {
            let cost = try Argon2id(
                memoryKiB: try vector.number("MemoryKiB"), passes: try vector.number("Passes"),
                lanes: try vector.number("Lanes"))
            let key = try cost.derive(
                password: SecretBytes(try vector.bytes("Password")), salt: try vector.bytes("Salt"),
                secret: try vector.bytes("Secret"), data: try vector.bytes("Data"), byteCount: 32)
            #expect(key.bytes == (try vector.bytes("Key")))
        }
    }

    @Test(
        "Argon2id refuses costs that exhaust the machine or that the algorithm does not have",
        arguments: [
            (1 << 20 + 1, 1, 1), (31, 1, 4), (65_536, 0, 4), (65_536, 3, 0), (65_536, 3, 17), (65_536, 65, 1),
            (1 << 20, 5, 1), (0, 1, 1), (-8, 1, 1), (Int.max, 1, 1), (Int.max, Int.max, Int.max), (8, 1, Int.max),
        ])
    func costs(_ memory: Int, _ passes: Int, _ lanes: Int) {
        #expect(throws: DerivationError.parameters) {
            try Argon2id(memoryKiB: memory, passes: passes, lanes: lanes)
        }
    }

    @Test(
        "Argon2id refuses salts and keys of lengths that it does not take",
        arguments: [(7, 32), (0, 32), (16, 3), (16, 0)])
    func lengths(_ salt: Int, _ byteCount: Int) throws {
        let cost = try Argon2id(memoryKiB: 8, passes: 1, lanes: 1)
        #expect(throws: DerivationError.parameters) {
            try cost.derive(password: SecretBytes([1]), salt: [UInt8](repeating: 1, count: salt), byteCount: byteCount)
        }
    }

    @Test("Argon2id takes an empty passphrase, which is another key than a blank")
    func emptyPassphrase() throws {
        let cost = try Argon2id(memoryKiB: 8, passes: 1, lanes: 1)
        let salt = [UInt8](repeating: 1, count: 16)
        let empty = try cost.derive(password: SecretBytes([]), salt: salt, byteCount: 32)
        let blank = try cost.derive(password: SecretBytes([32]), salt: salt, byteCount: 32)
        #expect(!empty.isEqual(to: blank))
    }
}

@Suite("Ed25519")
struct Ed25519Tests {
    @Test("agrees with RFC 8032 and its authors' data")
    func vectors() throws {
        for vector in try VectorFile.cases("rfc8032-ed25519.txt") {
            let key = SigningKey(seed: SecretBytes(try vector.bytes("Secret")))
            let message = try vector.bytes("Message")
            #expect(key.verifyingKey.bytes == (try vector.bytes("Public")))
            #expect(key.sign(message) == (try vector.bytes("Signature")))
            #expect(key.verifyingKey.isValid(try vector.bytes("Signature"), for: message))
        }
    }

    @Test("refuses signatures of others, of other messages, changed and cut ones, and keys that are none")
    func refuses() throws {
        let key = SigningKey()
        let signature = key.sign([1, 2, 3])
        var changed = signature
        changed[40] ^= 1
        #expect(!key.verifyingKey.isValid(signature, for: [1, 2]))
        #expect(!key.verifyingKey.isValid(changed, for: [1, 2, 3]))
        #expect(!key.verifyingKey.isValid(Array(signature.dropLast()), for: [1, 2, 3]))
        #expect(!key.verifyingKey.isValid([], for: [1, 2, 3]))
        #expect(!SigningKey().verifyingKey.isValid(signature, for: [1, 2, 3]))
        #expect(VerifyingKey([1]) == nil)
        let noPoint = try #require(VerifyingKey([UInt8](repeating: 0xFF, count: 32)))
        #expect(!noPoint.isValid(signature, for: [1, 2, 3]))
    }
}

@Suite("Key memory")
struct SecretBytesTests {
    @Test("holds what it was given, and empties the array that it took over")
    func holds() {
        var array: [UInt8] = [1, 2, 3]
        let secret = SecretBytes(wiping: &array)
        #expect(array.isEmpty)
        #expect(secret.bytes == [1, 2, 3])
        #expect(secret.count == 3)
        #expect(SecretBytes([]).bytes.isEmpty)
        #expect(secret.isEqual(to: SecretBytes([1, 2, 3])))
        #expect(!secret.isEqual(to: SecretBytes([1, 2, 4])))
        #expect(!secret.isEqual(to: SecretBytes([1, 2])))
    }

    @Test("is never printed, however it is asked")
    func printed() {
        let secret = SecretBytes([0xAB, 0xCD])
        var dumped = ""
        dump(secret, to: &dumped)
        for text in [
            "\(secret)", String(reflecting: secret), dumped, "\([secret])",
            "\(MasterKey(SecretBytes([UInt8](repeating: 171, count: 32))))",
        ] {
            #expect(!text.contains("171") && !text.lowercased().contains("abcd"), "\(text)")
        }
    }

    /// The heap stays mapped, so its memory can be looked at after the last reference is gone.
    @Test("is zeroed when the last reference goes")
    func zeroed() throws {
        var address: UInt = 0
        do {
            let secret = SecretBytes([UInt8](repeating: 0x5A, count: 48))
            secret.reveal { bytes in bytes.withUnsafeBytes { address = UInt(bitPattern: $0.baseAddress) } }
            #expect(secret.bytes.allSatisfy { $0 == 0x5A })
        }
        let pointer = try #require(UnsafePointer<UInt8>(bitPattern: address))
        // The allocator keeps its own list in the first bytes of what is free.
        #expect(!UnsafeBufferPointer(start: pointer, count: 48).dropFirst(16).allSatisfy { $0 == 0x5A })
    }

    @Test("lies in memory that is not written to swap, where the system allows it")
    func locked() throws {
        let secret = SecretBytes.random(32)
        let status = try OpenFile(reading: "/proc/self/status").read(at: 0, count: 1 << 16)
        let limit = try OpenFile(reading: "/proc/self/limits").read(at: 0, count: 1 << 16)
        let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
        let locked = lines.first { $0.hasPrefix("VmLck:") }?.split(whereSeparator: { !$0.isNumber }).first.flatMap {
            Int($0)
        }
        let allowed = String(decoding: limit, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("Max locked memory") }?.split(separator: " ").dropFirst(3).first
        #expect(secret.count == 32)
        if allowed == "unlimited" || (allowed.flatMap { Int($0) } ?? 0) >= 4 << 20 { #expect(locked ?? 0 >= 1_024) }
    }

    @Test("is enough for more keys than the locked memory holds")
    func many() {
        let keys = (0..<40_000).map {
            SecretBytes([UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)])
        }
        #expect(
            keys.enumerated().allSatisfy {
                $1.bytes == [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
            })
    }

    @Test("is given back when it cannot be filled")
    func failed() {
        struct Refusal: Error {}
        #expect(throws: Refusal.self) {
            _ = try SecretBytes(count: 8) { (_: inout MutableRawSpan) throws(Refusal) in throw Refusal() }
        }
    }
}
