import AgBase
import AgModel

extension Access {
    /// The file in the data directory that holds the owner's token.
    package static let adminTokenFile = "admin-token"

    /// Makes sure that the data directory holds a token of scope admin that works, and returns it.
    ///
    /// At the first start it is made; later it is made again only when the file is gone or its token was revoked.
    /// Blocks for the file: call it at start, not in a request.
    @discardableResult
    package func ensureAdminToken(in directory: String) async throws -> String {
        let path = "\(directory)/\(Self.adminTokenFile)"
        if let text = try PrivateFile.read(path)?.trimmed, let known = try await credential(token: text),
            known.scope == .admin
        {
            return text
        }
        let token = try await createToken(name: "admin (\(Self.adminTokenFile))", scope: .admin)
        try PrivateFile.write(token.text + "\n", to: path)
        return token.text
    }

    /// A code for a sign-in link on behalf of a token's holder. Throws `Fault` 401 when the token is not good.
    package func signInCode(token: String) async throws -> String {
        guard let credential = try await credential(token: token), credential.scope == .admin else {
            throw Fault(.unauthorized, "invalid-token", "The token is unknown, revoked or expired.")
        }
        return try await codes.make(for: credential.origin).code
    }
}

extension String {
    fileprivate var trimmed: String {
        String(decoding: utf8.filter { $0 > 0x20 }, as: UTF8.self)
    }
}
