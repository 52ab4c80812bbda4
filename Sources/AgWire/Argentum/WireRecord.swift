package import AgBase
package import AgCrypto

/// A record that a client can check: Pixstore's members, and beside them `argentum` with the key of the record and a signed head.
///
/// Format: docs/formats/wire.md, “Record”.
package struct WireRecord: Sendable {
    package static let version: Int64 = 1

    package let record: PixstoreRecord
    package let recordKey: SecretBytes
    package let head: WireHead
    /// The server's, for a client that sees it for the first time. One that knows a key must go by that.
    package let server: VerifyingKey

    package init(record: PixstoreRecord, recordKey: SecretBytes, head: WireHead, server: VerifyingKey) {
        self.record = record
        self.recordKey = recordKey
        self.head = head
        self.server = server
    }

    package var json: JSONValue {
        let argentum: JSONValue = [
            "wire": .int(Self.version), "key": .string(Base64.encode(recordKey.reveal { [UInt8](copying: $0) })),
            "head": .string(Base64.encode(head.bytes)), "server": .string(Base64.encode(server.bytes)),
        ]
        return .object((record.json.members ?? []) + [.init(name: "argentum", value: argentum)])
    }

    /// Throws `invalidRecord` also for a plain record of Pixstore.
    package init(_ json: JSONValue) throws(WireError) {
        record = try PixstoreRecord(json)
        guard let argentum = json["argentum"], let version = argentum["wire"]?.int else { throw .invalidRecord }
        guard version == Self.version else { throw .unknownVersion(UInt8(clamping: version)) }
        guard let key = argentum["key"]?.string.flatMap(Base64.decode), key.count == 32,
            let server = argentum["server"]?.string.flatMap(Base64.decode).flatMap(VerifyingKey.init),
            let head = argentum["head"]?.string.flatMap(Base64.decode)
        else { throw .invalidRecord }
        recordKey = SecretBytes(key)
        self.server = server
        self.head = try WireHead(head)
    }

    /// Checks that the server made this record for this subject, and that its plain members are those of the signed head.
    package func verify(_ server: VerifyingKey, for subject: WireSubject) throws(WireRefusal) {
        guard WireSubject(recordID: record.id) == subject else { throw .otherSubject }
        try head.verify(server, for: subject)
        let seal = try head.seal(of: subject, recordKey: recordKey)
        guard head.token == record.token, seal.key.isEqual(to: record.seal.key), seal.nonce == record.seal.nonce,
            seal.tag == record.seal.tag
        else { throw .notGenuine }
    }
}
