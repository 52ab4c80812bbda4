package import AgBase
package import AgCrypto
package import AgModel
import AgSQL

/// Leave to upload one picture without a token, once, until it expires.
package struct UploadGrant: Sendable {
    package let id: UploadGrantID
    package let maxBytes: Int64
    /// A media type that the content must turn out to have.
    package let contentType: String?
    /// A hash that the content must turn out to have.
    package let sha256: SHA256Digest?
    package let sessionID: String?
    package let filename: String?
    package let expiresAt: Timestamp
    let usedAt: Timestamp?
    /// Bodies that were refused for what they were.
    let failures: Int
    let maker: GrantMaker

    /// Whom its uploads share queues with: the grants of one token are one group.
    package var caller: Caller { Caller(maker.group, member: "grant \(id)") }
}

extension UploadGrant {
    static let columns: SQL = """
        id, max_bytes, content_type, sha256, session_id, filename, expires_at, used_at, failures,
            maker_token, maker_session, maker_fixed
        """

    init(_ row: Row) throws {
        id = UploadGrantID(trusted: try row["id"])
        maxBytes = try row["max_bytes"]
        contentType = try row["content_type"]
        let hash: [UInt8]? = try row["sha256"]
        sha256 = hash.map { SHA256Digest($0) }
        sessionID = try row["session_id"]
        filename = try row["filename"]
        expiresAt = try row["expires_at"]
        usedAt = try row["used_at"]
        failures = try row["failures"]
        maker = GrantMaker(
            token: try row["maker_token"], session: try row["maker_session"], fixed: try row["maker_fixed"])
    }
}

/// What a client asks a grant for.
package struct UploadGrantRequest: Sendable {
    package var maxBytes: Int64?
    package var contentType: String?
    package var sha256: SHA256Digest?
    package var sessionID: String?
    package var filename: String?
    /// 15 minutes by default, 24 hours at most.
    package var lives: Duration

    package init(
        maxBytes: Int64? = nil, contentType: String? = nil, sha256: SHA256Digest? = nil, sessionID: String? = nil,
        filename: String? = nil, lives: Duration = .seconds(900)
    ) {
        self.maxBytes = maxBytes
        self.contentType = contentType
        self.sha256 = sha256
        self.sessionID = sessionID
        self.filename = filename
        self.lives = lives
    }
}
