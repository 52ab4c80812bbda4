import AgBase
import Testing

@testable import AgCrypto

/// PBKDF2 and AES-256-GCM together, on files that another program wrote: magic 7, version 1, rounds 4 big-endian, salt 32, nonce 12.
@Suite("A StakTrakr vault")
struct VaultFileTests {
    private static let composed = "P\u{E4}ssw\u{F6}rd-M\u{FC}\u{F1}ze-銀\u{1FA99}"

    private static func open(_ name: String, _ password: String) throws -> [UInt8] {
        let root = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let file = try OpenFile(reading: "\(root)/Vectors/stak-vault/\(name)")
        let bytes = try file.read(at: 0, count: Int(try file.length()))
        let rounds = bytes[8..<12].reduce(0) { $0 << 8 | Int($1) }
        let key = try PBKDF2.derive(
            password: SecretBytes(Array(password.utf8)), salt: Array(bytes[12..<44]), rounds: rounds, byteCount: 32)
        let sealed = Array(bytes[56..<bytes.count - 16])
        var out = [UInt8](repeating: 0, count: sealed.count)
        try out.withMutableBytes { out in
            try AES256GCM.open(
                sealed.span.bytes, tag: Array(bytes.suffix(16)), key: key, nonce: Array(bytes[44..<56]), into: &out)
        }
        return out
    }

    @Test(
        "opens to the text that the program had",
        arguments: [
            (
                "iterations_1000.stvault", "alpha-short-1",
                "b6c7b3a59351063e16cf634f74b94e7c8639e21fe6f6bd793f534a56750f9fe5"
            ),
            (
                "sync.stvault", "vaultpass-A1:dbid:AAAexample_alpha_0001",
                "ed26aac1bc44d8a5d5ec37f28ab9fcccb836e75b0ea6bc5ca139c0cabce317fc"
            ),
            ("unicode_password.stvault", composed, "253beea5a6e581de121bcd2d1d311491aff088a0bd6d4ca4621d726b2280a713"),
        ])
    func opens(_ name: String, _ password: String, _ sha256: String) throws {
        #expect(SHA256Digest.of(try Self.open(name, password)).hex == sha256)
    }

    @Test(
        "does not open with another password or a changed tag",
        arguments: [
            ("iterations_1000.stvault", "alpha-short-2"), ("iterations_1000.stvault", ""),
            ("tampered_tag.stvault", "correct horse 9"),
        ])
    func refused(_ name: String, _ password: String) {
        #expect(throws: SealError.notAuthentic) { try Self.open(name, password) }
    }
}
