import AgBase
import AgCrypto
import Testing

struct DigestCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let hex: String
    var testDescription: String { name }
}

@Suite("SHA-256")
struct DigestTests {
    /// Vectors of FIPS 180-4's examples.
    @Test(
        "agrees with the published vectors",
        arguments: [
            DigestCase(
                name: "nothing", text: "", hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            DigestCase(
                name: "abc", text: "abc", hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            DigestCase(
                name: "two blocks", text: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                hex: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        ])
    func vectors(_ c: DigestCase) {
        #expect(SHA256Digest.of(c.text).hex == c.hex)
    }

    @Test("does not depend on how the bytes were cut into pieces", arguments: [1, 3, 63, 64, 65, 1_000])
    func pieces(_ size: Int) {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: size) {
            hasher.update(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        let digest = hasher.finish()
        #expect(digest == SHA256Digest.of(bytes))
    }

    @Test("reads its own hexadecimal text and refuses others")
    func hexText() {
        let digest = SHA256Digest.of("abc")
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(SHA256Digest(hex: String(digest.hex.dropLast())) == nil)
        #expect(SHA256Digest(hex: String(digest.hex.dropLast()) + "g") == nil)
        #expect(SHA256Digest(hex: "") == nil)
    }
}

@Suite("HMAC-SHA-256")
struct HMACTests {
    /// Test cases 1, 2 and 6 of RFC 4231.
    @Test(
        "agrees with RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func vectors(_ key: [UInt8], _ message: String, _ hex: String) {
        #expect(Hex.encode(hmacSHA256(key: Secret(key), Array(message.utf8))) == hex)
    }
}

@Suite("Small tools")
struct SmallToolTests {
    @Test("equal secrets are equal, others are not")
    func constantTime() {
        #expect(isEqualInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(isEqualInConstantTime([], []))
        #expect(!isEqualInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!isEqualInConstantTime([0, 2, 3], [1, 2, 3]))
        #expect(!isEqualInConstantTime([1, 2, 3], [1, 2]))
    }

    /// The medians of many interleaved rounds: a comparison that stops at the first difference would take a hundredth
    /// of the time there, and noise does not come near the factor that is allowed.
    @Test("comparing takes as long wherever the secrets differ")
    func timing() {
        let secret = [UInt8](repeating: 0x5A, count: 64 << 10)
        var early = secret
        early[0] = 0
        var late = secret
        late[late.count - 1] = 0
        func time(_ other: [UInt8]) -> Duration {
            ContinuousClock().measure { for _ in 0..<20 { _ = isEqualInConstantTime(secret, other) } }
        }
        let rounds = (0..<41).map { _ in (early: time(early), late: time(late)) }
        let first = rounds.map(\.early).sorted()[20]
        let last = rounds.map(\.late).sorted()[20]
        #expect(first * 4 > last && last * 4 > first, "\(first) against \(last)")
    }

    @Test("random bytes are as many as asked for and never the same twice")
    func random() {
        let many = Set((0..<100).map { _ in Hex.encode(RandomBytes.make(16)) })
        #expect(many.count == 100)
        #expect(many.allSatisfy { $0.count == 32 })
        #expect(RandomBytes.make(0).isEmpty)
    }
}
