package import AgBase
package import AgCrypto

/// What a client of Pixstore needs to fetch and open a picture, as JSON.
package struct PixstoreRecord: Sendable {
    /// Of the picture, with `@<variant>` behind it for a variant.
    package let id: String
    package let token: WireToken
    package let seal: ContentSeal
    /// Twelve characters that let the client fetch the picture for a while.
    package let proof: String

    package init(id: String, token: WireToken, seal: ContentSeal, proof: String) {
        self.id = id
        self.token = token
        self.seal = seal
        self.proof = proof
    }

    /// `{id, token, meta: {key, iv, tag}, statelessProof}`, in this order.
    package var json: JSONValue {
        [
            "id": .string(id), "token": .int(token.number),
            "meta": [
                "key": .string(Base64.encode(seal.key.reveal { [UInt8](copying: $0) })),
                "iv": .string(Base64.encode(seal.nonce)), "tag": .string(Base64.encode(seal.tag)),
            ],
            "statelessProof": .string(proof),
        ]
    }

    /// Members that it does not know do not count.
    package init(_ json: JSONValue) throws(WireError) {
        guard let id = json["id"]?.string, !id.isEmpty, let number = json["token"]?.int,
            let proof = json["statelessProof"]?.string, let meta = json["meta"],
            let key = meta["key"]?.string.flatMap(Base64.decode), let iv = meta["iv"]?.string.flatMap(Base64.decode),
            let tag = meta["tag"]?.string.flatMap(Base64.decode),
            let seal = ContentSeal(key: SecretBytes(key), nonce: iv, tag: tag)
        else { throw .invalidRecord }
        guard let token = WireToken(number) else { throw .tokenOutOfRange }
        self.init(id: id, token: token, seal: seal, proof: proof)
    }
}
