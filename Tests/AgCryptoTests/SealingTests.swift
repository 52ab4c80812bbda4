import AgBase
import AgTesting
import Testing

@testable import AgCrypto

@Suite("Sealing of a content")
struct ContentSealTests {
    @Test("opens to what was sealed, of any length", arguments: [0, 1, 15, 16, 17, 4_095, 300_000])
    func roundTrip(_ count: Int) throws {
        let content = RandomBytes.make(count)
        let (seal, sealed) = Sealed.make(content, prefix: [2])
        #expect(try seal.opened(sealed) == [2] + content)
    }

    @Test("is refused, and leaves zeros, when a bit of it is another", arguments: [0, 7, 99])
    func changed(_ place: Int) throws {
        let (seal, sealed) = Sealed.make(RandomBytes.make(99), prefix: [2])
        var other = sealed
        other[place] ^= 0x10
        var out = [UInt8](repeating: 0xEE, count: 100)
        #expect(throws: SealError.notAuthentic) {
            try out.withMutableBytes { out in try seal.open(other.span.bytes, into: &out) }
        }
        #expect(out.allSatisfy { $0 == 0 })
    }

    @Test("seals the same content again to the same bytes, and no other content")
    func again() throws {
        let content = RandomBytes.make(1_000)
        let (seal, sealed) = Sealed.make(content, prefix: [2])
        var out = [UInt8](repeating: 0, count: sealed.count)
        try out.withMutableBytes { out in try seal.reseal(prefix: [2], content.span.bytes, into: &out) }
        #expect(out == sealed)
        var other = content
        other[500] ^= 1
        #expect(throws: SealError.contentChanged) {
            try out.withMutableBytes { out in try seal.reseal(prefix: [2], other.span.bytes, into: &out) }
        }
        #expect(out.allSatisfy { $0 == 0 })
    }

    @Test("streams to the same bytes, however the content is cut", arguments: [1, 15, 16, 1_000, 4_096])
    func streams(_ size: Int) throws {
        let content = RandomBytes.make(5_000)
        let (seal, sealed) = Sealed.make(content)
        #expect(try Sealed.stream(content, size, ContentSealer(again: seal)).sealed == sealed)
        let fresh = try Sealed.stream(content, size, ContentSealer())
        #expect(fresh.sealed != sealed)
        #expect(try fresh.seal.opened(fresh.sealed) == content)
    }

    @Test("tells at the end that the content which streamed was another one")
    func streamsOther() {
        let (seal, _) = Sealed.make(RandomBytes.make(5_000))
        #expect(throws: SealError.contentChanged) {
            _ = try Sealed.stream(RandomBytes.make(5_000), 512, ContentSealer(again: seal))
        }
    }

    @Test(
        "is not made of keys, nonces and tags of other lengths",
        arguments: [(31, 12, 16), (32, 11, 16), (32, 12, 15), (0, 0, 0)])
    func lengths(_ key: Int, _ nonce: Int, _ tag: Int) {
        let zeros = { [UInt8](repeating: 0, count: $0) }
        #expect(ContentSeal(key: SecretBytes(zeros(key)), nonce: zeros(nonce), tag: zeros(tag)) == nil)
    }

    /// All that seals makes its key and nonce in `OneTimeKey`, `SaltedBox` and `SealedBlobWriter`; each is asked many times.
    @Test("never uses a key and nonce twice")
    func hunt() throws {
        var seen: Set<[UInt8]> = []
        let rounds = Effort.rounds(short: 5_000, full: 500_000)
        let base = SecretBytes.random(32)
        for _ in 0..<rounds {
            let (seal, _) = Sealed.make([1])
            #expect(seen.insert(seal.key.bytes + seal.nonce).inserted)
            let box = SaltedBox.seal(SecretBytes([1]), under: base, purpose: "test", boundTo: [])
            let once = OneTimeKey(from: base, salt: Array(box.prefix(32)), purpose: "test")
            #expect(seen.insert(once.key.bytes + once.nonce).inserted)
        }
        for _ in 0..<rounds / 50 {
            let blob = SealedBlob.make([UInt8](repeating: 7, count: 200_000))
            for (key, nonce) in try blob.keysAndNonces() { #expect(seen.insert(key + nonce).inserted) }
        }
        #expect(seen.count == 2 * rounds + rounds / 50 * 4)
    }
}

@Suite("A box")
struct SaltedBoxTests {
    private let key = SecretBytes.random(32)

    @Test("opens under its key, purpose and binding alone")
    func opens() throws {
        let secret = SecretBytes.random(60)
        let box = SaltedBox.seal(secret, under: key, purpose: "a", boundTo: [1, 2])
        #expect(box.count == 60 + SaltedBox.overhead)
        #expect(try SaltedBox.open(box, under: key, purpose: "a", boundTo: [1, 2]).isEqual(to: secret))
        let others: [(SecretBytes, String, [UInt8])] = [
            (.random(32), "a", [1, 2]), (key, "b", [1, 2]), (key, "a", [1]), (key, "a", []), (key, "a", [1, 2, 0]),
        ]
        for (key, purpose, binding) in others {
            #expect(throws: SealError.notAuthentic) {
                try SaltedBox.open(box, under: key, purpose: purpose, boundTo: binding)
            }
        }
    }

    @Test("is refused with any byte changed, and when it is too short")
    func changed() {
        let box = SaltedBox.seal(SecretBytes([1, 2, 3]), under: key, purpose: "a", boundTo: [])
        for place in box.indices {
            var other = box
            other[place] ^= 1
            #expect(throws: SealError.notAuthentic) { try SaltedBox.open(other, under: key, purpose: "a", boundTo: []) }
        }
        #expect(throws: SealError.wrongLength) {
            try SaltedBox.open(Array(box.prefix(47)), under: key, purpose: "a", boundTo: [])
        }
    }
}

enum Sealed {
    static func make(_ content: [UInt8], prefix: [UInt8] = []) -> (seal: ContentSeal, sealed: [UInt8]) {
        var out = [UInt8](repeating: 0, count: prefix.count + content.count)
        let seal = out.withMutableBytes { ContentSeal.seal(prefix: prefix, content.span.bytes, into: &$0) }
        return (seal, out)
    }

    static func stream(
        _ content: [UInt8], _ size: Int, _ sealer: consuming ContentSealer
    ) throws -> (seal: ContentSeal, sealed: [UInt8]) {
        var sealed: [UInt8] = []
        for start in stride(from: 0, to: content.count, by: size) {
            let piece = Array(content[start..<min(start + size, content.count)])
            var out = [UInt8](repeating: 0, count: piece.count)
            out.withMutableBytes { sealer.update(piece.span.bytes, into: &$0) }
            sealed += out
        }
        return (try sealer.finish(), sealed)
    }
}

extension ContentSeal {
    func opened(_ sealed: [UInt8]) throws -> [UInt8] {
        var out = [UInt8](repeating: 0, count: sealed.count)
        try out.withMutableBytes { out in try open(sealed.span.bytes, into: &out) }
        return out
    }
}
