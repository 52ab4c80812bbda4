import AgBase
import AgCrypto
import AgSQL

/// A key that signs URLs. It lives in the database, so that every node knows it and it survives a restart.
struct SigningKey: Sendable {
    let id: String
    private let secret: Secret

    static func make() -> SigningKey {
        SigningKey(id: Hex.encode(RandomBytes.make(4)), secret: Secret(RandomBytes.make(32)))
    }

    static func all(in connection: any SQLConnection) throws -> [SigningKey] {
        try connection.all("SELECT id, secret FROM signing_keys ORDER BY created_at DESC, id") {
            SigningKey(id: try $0["id"], secret: Secret(try $0["secret"] as [UInt8]))
        }
    }

    func insert(at moment: Timestamp, in tx: any SQLTransaction) throws {
        try secret.reveal { bytes in
            _ = try tx.execute("INSERT INTO signing_keys (id, secret, created_at) VALUES (\(id), \(bytes), \(moment))")
        }
    }

    func sign(_ claim: SignedURL) -> [UInt8] { hmacSHA256(key: secret, claim.message) }
}
